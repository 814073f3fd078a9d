/** What a noun of the interface is: one declaration a noun, from which its list, its details and its actions are made. */
import type { ComponentType } from 'react';
import type { Verdict } from '../api/allowed';
import type { Method } from '../api/methods';
import type { Key } from '../i18n';
import type { Sort } from '../live/names';
import type { Row } from '../live/view';
import type { Column } from '../table/column';
import type { Icon } from '../ui/icons';
import type { Target } from './target';

export interface Noun {
	/** Names it in addresses and in what is kept. */
	id: NounId;
	/** The wire's types. */
	type: string | string[];
	icon: Icon;
	/** Its name for many: "Virtual machines"; for one: "VM"; and with a number: "3 VMs". */
	title: Key;
	one: Key;
	counted: Key;
	columns: readonly Column[];
	/** The order of columns at first, as in an address: `name`, `-time`. */
	sort: string;
	/** Properties that names and actions read, beside those of columns. */
	needs: readonly string[];
	name: (row: Row) => string;
	facets: readonly Facet[];
	/** Filters that show what can be typed, such as `web, power_state:running`. */
	example?: string;
	/** Properties that are suggested in the filter, beside the facets. */
	properties: readonly string[];
	actions: readonly Action[];
	/** Ways to make one more. */
	adds?: readonly Add[];
	/** Rows can be dragged by their names, such as onto an object of the tree. */
	drags?: true;
	/** What changes its name and description, where that can be done. */
	set?: Extract<Method, `${string}.set`>;
	/** The sections of the page of one, after its summary. */
	sections?: readonly Section[];
	/** What stands above the summary on the page of one, fetched with it. Made by `lazySection`. */
	Tiles?: ComponentType<{ id: string }>;
	/** What the drawer shows of one, instead of its columns. */
	Details?: ComponentType<{ id: string }>;
}

export type NounId =
	| 'vms'
	| 'hosts'
	| 'pools'
	| 'templates'
	| 'snapshots'
	| 'srs'
	| 'vdis'
	| 'networks'
	| 'vifs'
	| 'pifs'
	| 'tasks'
	| 'messages'
	| 'vbds'
	| 'pbds'
	| 'vdi-snapshots';

/** A section of the page of an object: a list of what belongs to it, or a page of its own, fetched when it is opened. */
export type Section = ListSection | { id: string; label: Key; Page: ComponentType<{ id: string }> };

export interface ListSection {
	id: string;
	label: Key;
	list: NounId;
	/** The filter that what belongs to the object meets. */
	scope: (id: string) => string;
	/** The ways that the list has to make one more are there, and told the object. */
	adds?: true;
}

/** What makes one more: a page, or a dialog. */
export interface Add {
	id: string;
	label: Key;
	icon: Icon;
	/** The page, and its search parameter that names the object that the list belongs to. */
	page?: { path: `/${string}`; of?: string };
	/** Fetched when it is opened. Made by `lazyDialog`. */
	Dialog?: ComponentType<AddProps>;
}

/** What the dialog of an `Add` is given. */
export interface AddProps {
	/** The object that the list belongs to. */
	of: string | undefined;
	onClose: () => void;
}

/** A property that lists are counted by, narrowed by and grouped by. */
export interface Facet {
	property: string;
	label: Key;
	/** What a value is called; without, the value itself. */
	Value?: ComponentType<{ value: string }>;
	/** Its values are ids of such objects, and groups stand in the order of their names. */
	names?: Sort;
	/** Its values stand above the list, with their numbers. */
	inline?: true;
	/** Lists are not grouped by it: an object may have several values. */
	several?: true;
}

/** What the dialog of an action is given. */
export interface DialogProps {
	noun: Noun;
	action: Action;
	target: Target;
	/** The object that they were dropped on. */
	onto?: Row | undefined;
	onClose: () => void;
}

export interface Action {
	id: string;
	method: Method;
	/** Asks what there is to know before it acts, and acts; it is fetched when it is opened. Made by `lazyDialog`. */
	Dialog?: ComponentType<DialogProps>;
	/** Opens a page in place of acting: that address, with these search parameters. */
	page?: (row: Row) => { to: `/${string}`; search: Record<string, string | undefined> };
	/** Concerns one object at a time. */
	single?: true;
	/** The parameter that names the object, where it is not `id`. */
	principal?: string;
	/** The object it is done to, where that is not the row itself. */
	of?: (row: Row) => string;
	/** Parameters beside the object. */
	params?: Record<string, unknown>;
	/** "Start"; and of something: "Starting web01", "Started web01". */
	label: Key;
	doing: Key;
	done: Key;
	icon: Icon;
	/** Stands in the toolbar; the others are in its menu. */
	main?: true;
	/** Makes something run; of those, only what can act is shown. */
	wakes?: true;
	/** Asks first, with these words; for what interrupts or destroys. */
	confirm?: { consequence: Key; destroys: boolean };
	/** What the state allows; without, the server decides alone. */
	allowed?: (row: Row) => Verdict;
}

/** The text of a property that is one. */
export function text(row: Row, property: string): string {
	const value = row[property];
	return typeof value === 'string' ? value : '';
}

export function number(row: Row, property: string): number | undefined {
	const value = row[property];
	return typeof value === 'number' ? value : undefined;
}

export function list(row: Row, property: string): readonly string[] {
	const value = row[property];
	return Array.isArray(value) ? value : [];
}

export function nameLabel(row: Row): string {
	return text(row, 'name_label') || row.id;
}
