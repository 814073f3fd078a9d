/** The snapshots of a VM as a tree: what descends from what, where the VM stands now, and what can be done with each. */
import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { EditableText } from '../../form/EditableText';
import { useSet } from '../../form/Setting';
import { ActionButtons } from '../../list/ActionButtons';
import { useRun } from '../../list/Actions';
import { list, number, text } from '../../list/noun';
import { rowsTarget } from '../../list/target';
import { useConnectionState, useView } from '../../live/hooks';
import { within } from '../../live/listing';
import type { Row } from '../../live/view';
import { formatBytes, formatTime } from '../../ui/format';
import { SnapshotIcon } from '../../ui/icons';
import { Message } from '../../ui/Message';
import { vms } from '../noun';
import { snapshots } from '../snapshots';
import css from './Snapshots.module.css';
import { type Branch, treeOf } from './tree';

const COLUMNS = [
	...snapshots.needs,
	'name_description',
	'snapshot_time',
	'$snapshot_of',
	'parent',
	'suspendVdi',
	'memory.size',
	'tags',
	'power_state',
	'current_operations',
];
/** A VM with more has another problem; the list has them all. */
const MOST = 500;

export default function SnapshotsSection({ id }: { id: string }) {
	const { t } = useTranslation();
	const run = useRun();
	const isLost = useConnectionState().is === 'lost';
	const vm = useVm(id);
	const wish = useMemo(
		() => ({
			type: 'VM-snapshot',
			filter: within('', '$snapshot_of', id),
			sort: ['snapshot_time'],
			columns: COLUMNS,
			limit: MOST,
		}),
		[id],
	);
	const { rows, view } = useView(wish);
	const parent = vm === undefined ? '' : text(vm, 'parent');
	const tree = useMemo(() => treeOf(rows, parent === '' ? undefined : parent), [rows, parent]);
	const take = vms.actions.find((action) => action.id === 'snapshot');
	if (vm === undefined || !view.isSettled) return null;
	const button = take !== undefined && (
		<Button
			disabled={isLost}
			leftSection={<SnapshotIcon size={16} />}
			onClick={() => run(vms, take, rowsTarget([vm]))}
			size="compact-md"
		>
			{t('snapshots.take')}
		</Button>
	);
	if (rows.length === 0) {
		return (
			<Message title={t('snapshots.none')}>
				<p>{t('snapshots.noneHelp')}</p>
				{button}
			</Message>
		);
	}
	return (
		<main className={css.section}>
			<div className={css.head}>
				{button}
				<span className={css.dim}>{t('snapshot.counted', { count: view.total ?? rows.length })}</span>
				<Link
					className={css.list}
					params={{ list: 'snapshots' }}
					search={{ s: within('', '$snapshot_of', id) }}
					to="/$list"
				>
					{t('snapshots.asList')}
				</Link>
			</div>
			<Branches branches={tree} of="root" vm={vm} />
		</main>
	);
}

function useVm(id: string): Row | undefined {
	const wish = useMemo(() => ({ type: 'VM', filter: `id:${id}`, columns: [...vms.needs, 'parent'], limit: 1 }), [id]);
	const { rows } = useView(wish);
	return rows.find((row) => row.id === id);
}

interface BranchesProps {
	branches: readonly Branch[];
	vm: Row;
	/** What descends alone goes on in line; where several do, they stand further in. */
	of: 'root' | 'fork' | 'chain';
}

function Branches({ branches, vm, of }: BranchesProps) {
	const { t } = useTranslation();
	return (
		<ul aria-label={of === 'root' ? t('snapshot.title') : undefined} className={css.branches} data-of={of}>
			{branches.map(({ row, children }) => (
				<li className={css.branch} key={row?.id ?? 'now'}>
					{row === undefined ? <Now vm={vm} /> : <Snapshot row={row} />}
					{children.length > 0 && <Branches branches={children} of={children.length > 1 ? 'fork' : 'chain'} vm={vm} />}
				</li>
			))}
		</ul>
	);
}

function Now({ vm }: { vm: Row }) {
	const { t } = useTranslation();
	return (
		<div className={css.line} data-now>
			<span className={css.what}>
				<strong>{t('snapshots.now', { name: vms.name(vm) })}</strong>
			</span>
		</div>
	);
}

function Snapshot({ row }: { row: Row }) {
	const { t } = useTranslation();
	const run = useRun();
	const isLost = useConnectionState().is === 'lost';
	const narrow = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
	const name = snapshots.name(row);
	const set = useSet('vm.set', row.id, name);
	const time = number(row, 'snapshot_time');
	return (
		<section aria-label={name} className={css.line}>
			<span className={css.what}>
				<span className={css.name}>
					<EditableText
						disabled={isLost}
						label={t('column.name')}
						onSave={(text) => set(t('column.name'), { name_label: text })}
						required
						value={name}
					/>
				</span>
				<span className={css.facts}>
					{time !== undefined && <time dateTime={new Date(time * 1000).toISOString()}>{formatTime(time)}</time>}
					{text(row, 'suspendVdi') !== '' && (
						<span className={css.badge}>
							{t('snapshots.memory', { size: formatBytes(number(row, 'memory.size') ?? 0) })}
						</span>
					)}
					{list(row, 'tags').includes('quiesce') && <span className={css.badge}>{t('snapshots.quiesced')}</span>}
				</span>
				<span className={css.description}>
					<EditableText
						disabled={isLost}
						label={t('edit.description')}
						onSave={(text) => set(t('edit.description'), { name_description: text })}
						value={text(row, 'name_description')}
					/>
				</span>
			</span>
			<ActionButtons
				blocked={isLost ? t('connection.blocked') : undefined}
				narrow={narrow}
				noun={snapshots}
				run={(action, target) => run(snapshots, action, target)}
				target={rowsTarget([row])}
			/>
		</section>
	);
}
