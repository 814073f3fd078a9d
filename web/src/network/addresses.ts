/** Addresses as people type them. */

export const MAC = /^[\da-f]{2}(?::[\da-f]{2}){5}$/i;
export const LOCKING_MODES = ['network_default', 'locked', 'unlocked', 'disabled'] as const;
export type LockingMode = (typeof LOCKING_MODES)[number];

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export function isIpv4(text: string): boolean {
	return IPV4.test(text);
}

export function isIpv6(text: string): boolean {
	return text.includes(':') && URL.canParse(`http://[${text}]/`);
}

/** Several addresses, by commas or blanks; `bad` is the first that is none. */
export function addressesOf(text: string): { ipv4: string[]; ipv6: string[]; bad: string | undefined } {
	const all = text.split(/[\s,;]+/).filter(Boolean);
	return {
		ipv4: all.filter(isIpv4),
		ipv6: all.filter((one) => !isIpv4(one) && isIpv6(one)),
		bad: all.find((one) => !isIpv4(one) && !isIpv6(one)),
	};
}
