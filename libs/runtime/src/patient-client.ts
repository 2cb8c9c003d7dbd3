import { Client, type ClientConfig } from 'pg';

/**
 * A client for pools of Postgres connections: what breaks a connection between two queries is told by the next one. A server that ends
 * it within its first answer does so before the pool's user listens, and an error to which nobody listens would end the process.
 */
export class PatientClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
