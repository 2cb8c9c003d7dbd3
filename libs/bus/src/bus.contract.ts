import { describe } from 'vitest';
import { consumingContract } from './contract/consuming.contract.ts';
import { failingContract } from './contract/failing.contract.ts';
import { lettersContract } from './contract/letters.contract.ts';
import { lookingContract } from './contract/looking.contract.ts';
import { nestContract } from './contract/nest.contract.ts';
import { processContract } from './contract/process.contract.ts';
import { publishingContract } from './contract/publishing.contract.ts';
import { transactionsContract } from './contract/transactions.contract.ts';
import type { Connection } from './contract/workbench.contract.ts';

/** How a driver is told from the other; what is not named here both must do alike. */
export interface ContractFeatures {
  /** Other programs write to the log, so records come that are no text or have no key. */
  readonly foreignRecords: boolean;
}

/** The suite that both drivers pass: the promises of {@link Bus}, one test each. `connect` says where the driver finds its log. */
export function busContract(name: string, connect: () => Connection, features: ContractFeatures): void {
  describe(name, () => {
    publishingContract(connect);
    transactionsContract(connect);
    consumingContract(connect);
    failingContract(connect, features);
    lettersContract(connect, features);
    lookingContract(connect);
    processContract(connect);
    nestContract(connect);
  });
}
