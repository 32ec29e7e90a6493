// Keys that make a request count once, however often it arrives. Pages that are not served over
// https have no crypto.randomUUID.

/** A new key, 32 hexadecimal digits. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
