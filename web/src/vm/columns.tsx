/** The columns of the list of VMs and their orders. */
import { createContext, type MouseEvent, useContext } from 'react';
import type { VM } from '../api/objects';
import { HostName } from '../host/HostName';
import type { Store } from '../live/store';
import { PoolName } from '../pool/PoolName';
import type { Column, Orders } from '../table/column';
import { Tags } from '../tag/Tags';
import { formatBytes, formatTime } from '../ui/format';
import css from './columns.module.css';
import { StateLabel } from './state';

/** Links of a row's cells: the address of a VM's details, and what a click on a tag does. */
export const VmLinks = createContext<{ details: (id: string) => string; onTag: (tag: string) => void }>({
	details: () => '',
	onTag: () => undefined,
});

function Name({ object: vm }: { object: VM }) {
	const { details } = useContext(VmLinks);
	return (
		<span className={css.name}>
			<a href={details(vm.id)} onClick={openHere} tabIndex={-1} title={vm.name_label}>
				{vm.name_label}
			</a>
			{vm.name_description !== '' && <span className={css.description}>{vm.name_description}</span>}
		</span>
	);
}

/** A plain click opens the details beside the list; with a key held, the browser does what it does with links. */
function openHere(event: MouseEvent) {
	if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation();
	else event.preventDefault();
}

function TagCell({ object: vm }: { object: VM }) {
	const { onTag } = useContext(VmLinks);
	return <Tags onPick={onTag} tags={vm.tags} />;
}

export const VM_COLUMNS: readonly Column<'VM'>[] = [
	{ id: 'name', label: 'Name', card: 'title', min: 172, grow: 4, always: true, Cell: Name },
	{ id: 'state', label: 'State', card: 'left', min: 132, grow: 0, Cell: ({ object }) => <StateLabel vm={object} /> },
	{
		id: 'host',
		label: 'Host',
		card: 'middle',
		min: 104,
		grow: 1.2,
		Cell: ({ object }) => <HostName container={object.$container} on={object.power_state !== 'Halted'} />,
	},
	{
		id: 'pool',
		label: 'Pool',
		min: 100,
		grow: 1.2,
		hidden: true,
		Cell: ({ object }) => <PoolName id={object.$pool} />,
	},
	{
		id: 'vcpu',
		label: 'vCPU',
		card: 'number',
		min: 64,
		grow: 0,
		align: 'end',
		largestFirst: true,
		Cell: ({ object }) => (
			<>
				{object.CPUs.number}
				<span className={css.unit}> vCPU</span>
			</>
		),
	},
	{
		id: 'ram',
		label: 'RAM',
		card: 'last',
		min: 84,
		grow: 0,
		align: 'end',
		largestFirst: true,
		Cell: ({ object }) => <>{formatBytes(object.memory.size)}</>,
	},
	{
		id: 'ip',
		label: 'IP address',
		card: 'right',
		min: 138,
		grow: 0,
		Cell: ({ object }) => <span className={css.address}>{object.mainIpAddress}</span>,
	},
	{
		id: 'os',
		label: 'System',
		min: 140,
		grow: 1.5,
		hidden: true,
		Cell: ({ object }) => <>{object.os_version?.name}</>,
	},
	{
		id: 'snapshots',
		label: 'Snapshots',
		min: 104,
		grow: 0,
		align: 'end',
		hidden: true,
		largestFirst: true,
		Cell: ({ object }) => <>{object.snapshots.length > 0 && object.snapshots.length}</>,
	},
	{
		id: 'started',
		label: 'Started',
		min: 170,
		grow: 0,
		hidden: true,
		largestFirst: true,
		Cell: ({ object }) => (
			<>{object.power_state === 'Running' && object.startTime ? formatTime(object.startTime) : undefined}</>
		),
	},
	{ id: 'tags', label: 'Tags', card: 'foot', min: 168, grow: 2, Cell: TagCell },
];

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Text in the reader's order; what has none goes last. */
function byText(text: (vm: VM) => string | undefined) {
	return (a: VM, b: VM) => {
		const [left, right] = [text(a), text(b)];
		if (left === right) return 0;
		if (!left || !right) return left ? -1 : 1;
		return collator.compare(left, right);
	};
}

function byNumber(number: (vm: VM) => number) {
	return (a: VM, b: VM) => number(a) - number(b);
}

const STATES = ['Running', 'Paused', 'Suspended', 'Halted'];

/** The ascending order of each column; host and pool are compared by the names that cells show. */
export function vmOrders(store: Store): Orders<'VM'> {
	const poolName = (id: string) => store.get('pool', id)?.name_label;
	return {
		name: byText((vm) => vm.name_label),
		state: byNumber((vm) => STATES.indexOf(vm.power_state)),
		host: byText((vm) => store.get('host', vm.$container)?.name_label ?? poolName(vm.$container)),
		pool: byText((vm) => poolName(vm.$pool)),
		vcpu: byNumber((vm) => vm.CPUs.number),
		ram: byNumber((vm) => vm.memory.size),
		ip: byText((vm) => vm.mainIpAddress),
		os: byText((vm) => vm.os_version?.name),
		snapshots: byNumber((vm) => vm.snapshots.length),
		started: byNumber((vm) => (vm.power_state === 'Running' ? (vm.startTime ?? 0) : 0)),
		tags: byText((vm) => vm.tags[0]),
	};
}

/** An order that decides between any two VMs: first as asked, then by name, then by id. */
export function vmOrder(orders: Orders<'VM'>, column: string, descending: boolean): (a: VM, b: VM) => number {
	const first = orders[column] ?? (() => 0);
	const name = orders.name ?? (() => 0);
	return (a, b) => (descending ? first(b, a) : first(a, b)) || name(a, b) || (a.id < b.id ? -1 : 1);
}
