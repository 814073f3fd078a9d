/** Calls, messages and fields as people say them. */
import i18next from 'i18next';
import type { Called } from '../api/schema';
import type { Noun } from '../list/noun';

/** What was called: the words of the action that calls it where there is one. */
export function callInWords({ method, params }: Called, { actions }: Noun): string {
	const given: Record<string, unknown> = Object(params);
	const fits = actions.filter(
		(action) =>
			action.method === method &&
			Object.entries(action.params ?? {}).every(([name, value]) => String(given[name]) === String(value)),
	);
	// The one that says most of the parameters.
	const [best] = fits.sort((a, b) => Object.keys(b.params ?? {}).length - Object.keys(a.params ?? {}).length);
	if (best !== undefined) return i18next.t(best.label);
	if (method === 'consoleOpened' || method === 'consoleClosed') return i18next.t(`activityOf.${method}`);
	return method.endsWith('.set') ? i18next.t('activityOf.set') : method;
}

/** The parameters beside the object, as far as they are told. */
export function givenIn({ params, objects }: Called): [name: string, value: unknown][] {
	const given: Record<string, unknown> = Object(params);
	return Object.entries(given).filter(([, value]) => typeof value !== 'string' || !objects.includes(value));
}

/** `VM_SHUTDOWN` is "VM shutdown". */
export function messageInWords(name: string): string {
	const words = name.split('_').map((word) => (SHORT.has(word) ? word : word.toLowerCase()));
	const [first = '', ...rest] = words;
	return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ');
}

const SHORT = new Set(['VM', 'HA', 'SR', 'VDI', 'PBD', 'PIF', 'VIF', 'NIC', 'CPU', 'IP', 'TLS', 'GPU', 'VBD', 'NBD']);
