import { setFlagsFromString } from 'node:v8';

/** How much larger than what is alive the old part of the heap may become before it is collected, in percent. */
const GROWTH_PERCENT = 30;

/**
 * Has V8 collect garbage by what is alive, whatever memory the machine has. By itself it lets the heap grow to several times of that, and the
 * bytes of records along with it, which lie outside and are let go with the heap's garbage. This is no limit: a large page gets what it
 * takes. Its collections cost about 2 % of the processor time under full load.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
