/** Messages of hosts: what happened, and alarms. */
import { nameColumn, numberColumn, poolColumn, poolFacet, textColumn, timeColumn } from '../list/cells';
import { type Noun, text } from '../list/noun';
import { AlarmIcon, RemoveIcon } from '../ui/icons';

export const messages: Noun = {
	id: 'messages',
	type: 'message',
	icon: AlarmIcon,
	title: 'message.title',
	one: 'message.one',
	counted: 'message.counted',
	sort: '-time',
	needs: ['name', '$pool'],
	name: (row) => text(row, 'name') || row.id,
	columns: [
		nameColumn('name', 'body'),
		timeColumn('time', 'message.time', 'time', { card: 'left' }),
		numberColumn('priority', 'message.priority', 'priority', { hidden: true }),
		textColumn('body', 'message.body', 'body', { hidden: true }),
		{ ...poolColumn, hidden: false, card: 'right' },
	],
	facets: [{ property: 'name', label: 'column.name', inline: true }, poolFacet],
	example: 'name:ALARM',
	properties: ['name', 'body', 'time', 'priority'],
	actions: [
		{
			id: 'remove',
			method: 'message.delete',
			label: 'common.remove.label',
			doing: 'common.remove.doing',
			done: 'common.remove.done',
			icon: RemoveIcon,
			main: true,
			confirm: { consequence: 'message.askRemove', destroys: true },
		},
	],
};
