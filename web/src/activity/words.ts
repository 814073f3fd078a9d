/** Calls, messages and fields as people say them. */
import i18next from 'i18next';
import type { Called } from '../api/schema';
import type { Noun } from '../list/noun';
import { formatBytes, formatDuration } from '../ui/format';
import { valueInWords } from './entries';

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
	if (isConsole(method)) return i18next.t(`activityOf.${method}`);
	return method.endsWith('.set') ? i18next.t('activityOf.set') : method;
}

/** What the server writes down of consoles stands among the calls. */
function isConsole(method: string): method is 'consoleOpened' | 'consoleClosed' {
	return method === 'consoleOpened' || method === 'consoleClosed';
}

/** The parameters beside the object, as far as they are told, each with its name: that of the wire, or a word. */
export function givenIn({ method, params, objects }: Called): { name: string; word?: string; value: string }[] {
	const given: Record<string, unknown> = Object(params);
	if (isConsole(method)) return visitIn(given);
	return Object.entries(given)
		.filter(([, value]) => typeof value !== 'string' || !objects.includes(value))
		.map(([name, value]) => ({ name, value: valueInWords(value) }));
}

/** How long somebody was at a console, and why that ended. Bytes that the client received are those of the screen. */
function visitIn({ duration, bytesReceived, reason }: Record<string, unknown>) {
	const told = [
		{ name: 'duration', value: typeof duration === 'number' ? formatDuration(duration / 1000) : '' },
		{ name: 'bytesReceived', value: typeof bytesReceived === 'number' ? formatBytes(bytesReceived) : '' },
		{ name: 'reason', value: typeof reason === 'string' ? reason : '' },
	] as const;
	return told
		.filter(({ value }) => value !== '')
		.map((one) => ({ ...one, word: i18next.t(`activityOf.visit.${one.name}`) }));
}

/** `VM_SHUTDOWN` is "VM shutdown". */
export function messageInWords(name: string): string {
	const words = name.split('_').map((word) => (SHORT.has(word) ? word : word.toLowerCase()));
	const [first = '', ...rest] = words;
	return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ');
}

const SHORT = new Set(['VM', 'HA', 'SR', 'VDI', 'PBD', 'PIF', 'VIF', 'NIC', 'CPU', 'IP', 'TLS', 'GPU', 'VBD', 'NBD']);
