/** The name of a day's folder, `2026-03-14`, in UTC: text order is the order of days. */
export const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;
