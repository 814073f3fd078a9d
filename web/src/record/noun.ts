/** What a kind of records of the server is: one declaration a kind, from which its list and its details are made. */
import type { ComponentType } from 'react';
import type { Key } from '../i18n';
import type { Facet } from '../list/noun';
import type { Connection } from '../live/connection';
import type { Row } from '../live/view';
import type { Column } from '../table/column';
import type { Icon } from '../ui/icons';

export interface RecordNoun {
	/** Names it in what is kept. */
	id: string;
	/** Its name for many: "Users"; for one: "User"; and with a number: "3 users". */
	title: Key;
	one: Key;
	counted: Key;
	/** Examples of filters. */
	placeholder: Key;
	columns: readonly Column[];
	/** The order of columns at first. */
	sort: string;
	name: (row: Row) => string;
	/** Properties whose values are suggested in the filter. */
	facets: readonly Facet[];
	actions: readonly RecordAction[];
	/** What the drawer shows below the actions, instead of its columns. */
	Details?: ComponentType<{ row: Row }>;
}

export interface RecordDialogProps {
	rows: readonly Row[];
	onClose: () => void;
}

/** Something done to one or more records: asked for by a dialog, or done to each. */
export interface RecordAction {
	id: string;
	/** "Delete"; and of something: "Deleting bob", "Deleted bob". */
	label: Key;
	doing?: Key;
	done?: Key;
	icon: Icon;
	main?: true;
	/** It is for one at a time. */
	single?: true;
	/** What it takes away or interrupts; it asks first and names them. */
	consequence?: Key;
	destroys?: true;
	/** Why it cannot act on this one. */
	refused?: (row: Row) => Key | undefined;
	act?: (connection: Connection, row: Row) => Promise<unknown>;
	Dialog?: ComponentType<RecordDialogProps>;
}
