/** The texts that keys are made of. */
import { z } from 'zod';

/** Ids of servers, proxies and replicas. */
export const idSchema = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ -');

/** Bytes of an organization's name, as the protocol filters take it. */
export const MOST_ORGANIZATION_BYTES = 256;

/** Text that has UTF-8. */
export const wellFormed = z
  .string()
  .refine((text) => !/[\p{Surrogate}\0]/u.test(text), 'must be well-formed Unicode without U+0000');

/** Such text of 1 to `most` bytes. */
export function bytesAtMost(most: number): typeof wellFormed {
  return wellFormed.refine((text) => text !== '' && Buffer.byteLength(text) <= most, {
    error: `must have 1 to ${most} bytes of UTF-8`,
  });
}

/** An organization: any UTF-8 that a device can send. Compared byte by byte, never normalized. */
export const organizationSchema = z
  .string()
  .refine((text) => !/\p{Surrogate}/u.test(text), 'must be well-formed Unicode')
  .refine((text) => text !== '' && Buffer.byteLength(text) <= MOST_ORGANIZATION_BYTES, {
    error: `must have 1 to ${MOST_ORGANIZATION_BYTES} bytes of UTF-8`,
  });

/** Percent-encoded, so that an organization with a slash in it is still one part of a key. */
export function encodeOrganization(organization: string): string {
  return encodeURIComponent(organization);
}

/** @returns undefined for what `encodeOrganization` would not have written */
export function decodeOrganization(encoded: string): string | undefined {
  let organization: string;
  try {
    organization = decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
  const valid = organizationSchema.safeParse(organization).success;
  return valid && encodeOrganization(organization) === encoded ? organization : undefined;
}
