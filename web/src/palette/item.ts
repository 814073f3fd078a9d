import type { NounId } from '../list/noun';
import type { Icon } from '../ui/icons';

/** One line of the palette. */
export interface Item {
	id: string;
	group: string;
	label: string;
	hint?: string;
	icon: Icon;
	run: () => void;
	/** The object that it stands for, whose actions are a key away. */
	found?: Found;
}

export interface Found {
	list: NounId;
	id: string;
	name: string;
}
