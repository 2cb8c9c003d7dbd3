import { describe, expect, it } from 'vitest';
import { serviceUrl } from './service-roles.ts';

const OWNER = 'postgres://khabar:the-password@127.0.0.1:25432/khabar';

describe('the address of a service', () => {
  it('is of the same database, as a role of its own', () => {
    expect(serviceUrl(OWNER, 'store')).toMatch(/^postgres:\/\/khabar_store:[\w-]{43}@127\.0\.0\.1:25432\/khabar$/);
  });

  it('has a password that is the same at every start, and another for each service and each owner', () => {
    const passwords = [
      ...['fetcher', 'parser', 'store', 'store'].map((service) => serviceUrl(OWNER, service)),
      serviceUrl(OWNER.replace('the-', 'another-'), 'store'),
    ].map((url) => new URL(url).password);
    expect(passwords[2]).toBe(passwords[3]);
    expect(new Set(passwords).size).toBe(4);
  });
});
