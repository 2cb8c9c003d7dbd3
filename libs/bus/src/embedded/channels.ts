/** Channel of notifications about appended records: `<topic id> <partition>:<next offset> …`. */
export const RECORDS_CHANNEL = 'khabar_bus_records';

/** Channel of notifications about consumer groups: `<topic id> <group>`. */
export const MEMBERS_CHANNEL = 'khabar_bus_members';
