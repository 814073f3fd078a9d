/** A host in the tree, with its VMs below it. VMs that are dropped on it are moved to it, once somebody has agreed. */
import { useMemo } from 'react';
import { allowed } from '../api/allowed';
import { loadNoun } from '../app/loadNoun';
import { useRun } from '../list/Actions';
import { take, useHeld } from '../list/held';
import { text } from '../list/noun';
import { rowsTarget, type Target } from '../list/target';
import { useView } from '../live/hooks';
import { within } from '../live/listing';
import type { Row } from '../live/view';
import { HostIcon, VmIcon } from '../ui/icons';
import { vmList } from '../vm/list';
import { takes } from '../vm/takes';
import { More } from './More';
import { Node } from './Node';

/** Lines below one node; the list that it leads to has all. */
const MOST = 200;

export function HostNode({ host, count }: { host: Row; count: number }) {
	const run = useRun();
	const held = useHeld();
	const move = async (target: Target) => {
		const vms = await loadNoun('vms');
		const migrate = vms.actions.find(({ id }) => id === 'migrate');
		if (migrate !== undefined) run(vms, migrate, target, host);
	};
	return (
		<Node
			count={count}
			icon={HostIcon}
			list="vms"
			name={text(host, 'name_label')}
			onDrop={held !== undefined && canMove(held, host) ? () => void move(held) : undefined}
			search={{ s: within('', '$container', host.id) }}
		>
			{() => <Vms place={host.id} />}
		</Node>
	);
}

/** Of all that a list matches, the server knows. */
function canMove(held: Target, host: Row): boolean {
	const rows = held.is === 'rows' ? held.rows : [];
	return takes(host, rows) && (held.is === 'all' || rows.some((row) => allowed('migrate', row).ok));
}

function Vms({ place }: { place: string }) {
	const wish = useMemo(
		() => ({
			type: 'VM',
			filter: within('', '$container', place),
			columns: [...vmList.needs],
			sort: ['name_label'],
			limit: MOST,
		}),
		[place],
	);
	const { rows, view } = useView<Row>(wish);
	return (
		<>
			{rows.map((vm) => (
				<Node
					icon={VmIcon}
					key={vm.id}
					list="vms"
					name={text(vm, 'name_label')}
					onTake={(event) => take(event, rowsTarget([vm]), text(vm, 'name_label'))}
					search={{ id: vm.id }}
				/>
			))}
			<More shown={rows.length} total={view.total} />
		</>
	);
}
