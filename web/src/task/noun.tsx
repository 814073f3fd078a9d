/** Tasks of hosts. */
import i18next from 'i18next';
import { no } from '../api/allowed';
import type { Key } from '../i18n';
import { nameColumn, PlaceValue, poolColumn, poolFacet, refColumn, textColumn, timeColumn } from '../list/cells';
import { list, type Noun, nameLabel, number, text } from '../list/noun';
import { Word } from '../list/Word';
import { formatPercent } from '../ui/format';
import { CloseIcon, TaskIcon } from '../ui/icons';

const STATUSES: Readonly<Record<string, Key>> = {
	pending: 'activityOf.status.pending',
	cancelling: 'activityOf.status.cancelling',
	success: 'activityOf.status.success',
	failure: 'activityOf.status.failure',
	cancelled: 'activityOf.status.cancelled',
	interrupted: 'activityOf.status.interrupted',
};

function StatusValue({ value }: { value: string }) {
	return <Word of={STATUSES} value={value} />;
}

export const tasks: Noun = {
	id: 'tasks',
	type: 'task',
	icon: TaskIcon,
	title: 'task.title',
	one: 'task.one',
	counted: 'task.counted',
	sort: '-created',
	needs: ['name_label', 'allowedOperations', '$pool'],
	name: nameLabel,
	columns: [
		nameColumn(),
		{
			...textColumn('status', 'column.state', 'status', { card: 'left', min: 110, grow: 0 }),
			cell: (row) => <StatusValue value={text(row, 'status')} />,
		},
		{
			id: 'progress',
			label: 'task.progress',
			card: 'last',
			min: 90,
			grow: 0,
			align: 'end',
			sort: 'progress',
			needs: ['progress'],
			cell: (row) => <>{formatPercent(number(row, 'progress') ?? 0)}</>,
		},
		refColumn('host', 'host.one', 'place', '$host', { card: 'middle' }),
		timeColumn('created', 'task.created', 'created', { card: 'right' }),
		timeColumn('finished', 'task.finished', 'finished', { hidden: true }),
		poolColumn,
	],
	facets: [
		{ property: 'status', label: 'column.state', Value: StatusValue, inline: true },
		{ property: '$host', label: 'host.one', Value: PlaceValue, names: 'place' },
		poolFacet,
	],
	example: 'VM.start, status:pending',
	properties: ['name_label', 'status', 'created', 'progress'],
	actions: [
		{
			id: 'cancel',
			method: 'task.cancel',
			label: 'task.cancel.label',
			doing: 'task.cancel.doing',
			done: 'task.cancel.done',
			icon: CloseIcon,
			main: true,
			allowed: (row) =>
				list(row, 'allowedOperations').includes('cancel') ? { ok: true } : no(i18next.t('why.notCancelable')),
		},
	],
};
