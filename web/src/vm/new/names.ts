/** Names of several new VMs by a pattern, and texts in which a VM is named. */

/** Most VMs made at once; more is seldom meant. */
export const MOST = 200;

/** What stands for what in patterns and in texts for cloud-init: `{name}` and `%`; `\{name}` and `\%` for themselves. */
export function fill(text: string, name: string, index: number): string {
	return text.replace(/\\\{name\}|\\%|\{name\}|%/g, (found) => {
		if (found === '{name}') return name;
		if (found === '%') return String(index);
		return found.slice(1);
	});
}

export interface Named {
	name: string;
	index: number;
}

/** The VMs that are to be made: one by its name, several by the pattern, counted from `first`. */
export function namesOf(name: string, pattern: string, count: number, first: number): Named[] {
	return Array.from({ length: count }, (_, at) => {
		const index = first + at;
		return { name: fill(pattern, name, index).trim(), index };
	});
}

/** A name for a machine made of something: `Debian Bookworm 12` makes `debian-bookworm-12`. */
export function nameAfter(template: string): string {
	const plain = template
		.normalize('NFD')
		.replace(/\(.*?\)/g, ' ')
		.toLowerCase();
	return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
}
