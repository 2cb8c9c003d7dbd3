import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, type LookupFunction, isIP } from 'node:net';
import { KhabarError } from '@khabar/contracts';
import { buildConnector } from 'undici';

/** What the fetcher may reach besides public addresses. */
export interface AddressPolicy {
  /** Ports of public addresses that may be reached. */
  readonly ports: readonly number[];
  /** Ranges (`10.1.0.0/16`, `fd00::/8`, or one address) that may be reached although special, on any port. */
  readonly allowPrivate: readonly string[];
}

/** Finds the addresses of a host name; `node:dns` unless told. */
export type Resolve = (hostname: string, callback: (error: Error | null, found: LookupAddress[]) => void) => void;

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), with multicast and class E. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Only 2000::/3 is global unicast (IANA IPv6 Address Space); these parts of it are not for the public, or lead to IPv4 in disguise. */
const GLOBAL_IPV6 = '2000::/3';
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

/** IPv4 written as IPv6: mapped (RFC 4291, 2.5.5.2) and by NAT64 (RFC 6052, 2.1), which networks without IPv4 give to every host. */
const MAPPED = rangesOf(['::ffff:0:0/96', '64:ff9b::/96']);
const specialIpv4 = rangesOf(SPECIAL_IPV4);
const globalIpv6 = rangesOf([GLOBAL_IPV6]);
const specialIpv6 = rangesOf(SPECIAL_IPV6);

/** Whether a text is an IP address, or a range of them as `address/bits`. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/**
 * Decides which addresses may be connected to, by the address itself: host names, redirects and DNS answers are anyone's to
 * choose. Public addresses may be reached on the listed ports only.
 */
export class AddressGuard {
  readonly #ports: ReadonlySet<number>;
  readonly #allowed: BlockList;

  constructor({ ports, allowPrivate }: AddressPolicy) {
    this.#ports = new Set(ports);
    this.#allowed = rangesOf(allowPrivate);
  }

  /** Why the address may not be connected to; null where it may. */
  refusal(address: string, port: number): KhabarError | null {
    const plain = unmapped(address);
    if (contains(this.#allowed, address) || contains(this.#allowed, plain)) return null;
    if (isSpecial(plain)) {
      return new KhabarError(
        'address-forbidden',
        `${address} is no public address; name its range in FETCH_ALLOW_PRIVATE if it is meant`,
      );
    }
    if (this.#ports.has(port)) return null;
    return new KhabarError('port-forbidden', `Port ${port} is not among the ports of FETCH_PORTS`);
  }
}

/**
 * An undici connector that connects to nothing the guard refuses. The addresses that are judged are those of the very look-up that
 * the socket uses, so a name that resolves differently a moment later (DNS rebinding) gains nothing.
 */
export function guardedConnector(
  guard: AddressGuard,
  options: { timeoutMs: number; resolve?: Resolve },
): buildConnector.connector {
  const resolve = options.resolve ?? resolveByDns;
  const connectors = new Map<number, buildConnector.connector>();

  const connectorTo = (port: number) => {
    const known = connectors.get(port);
    if (known !== undefined) return known;
    const connector = buildConnector({
      timeout: options.timeoutMs,
      allowH2: false,
      lookup: guardedLookup(guard, resolve, port),
    });
    connectors.set(port, connector);
    return connector;
  };

  return (target, callback) => {
    const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
    // No look-up is made for an address, so it is judged here.
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    const refusal = isIP(literal) === 0 ? null : guard.refusal(literal, port);
    if (refusal !== null) callback(refusal, null);
    else connectorTo(port)(target, callback);
  };
}

function guardedLookup(guard: AddressGuard, resolve: Resolve, port: number): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname, (error, found) => {
      if (error) return callback(error, all ? [] : '');
      const refusals = found.map(({ address }) => guard.refusal(address, port));
      const allowed = found.filter((_, at) => refusals[at] === null);
      const [first] = allowed;
      if (first === undefined) {
        const nothing = new KhabarError('dns-failed', `${hostname} has no address`, { retriable: true });
        return callback(refusals.find((refusal) => refusal != null) ?? nothing, all ? [] : '');
      }
      return all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

const resolveByDns: Resolve = (hostname, callback) => {
  lookup(hostname, { all: true }, callback);
};

function isSpecial(address: string): boolean {
  if (isIP(address) === 4) return contains(specialIpv4, address);
  return !contains(globalIpv6, address) || contains(specialIpv6, address);
}

/** The IPv4 address that an IPv6 one is another spelling of; else the address as it is. */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || !contains(MAPPED, address)) return address;
  // The URL parser is the shortest way to one spelling: "::ffff:127.0.0.1" becomes "[::ffff:7f00:1]".
  const groups = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function contains(ranges: BlockList, address: string): boolean {
  return ranges.check(address.split('%')[0]!, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}
