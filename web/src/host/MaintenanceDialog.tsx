/** Before a host is emptied: which VMs run on it and where they could go, and what keeps it from being emptied. */
import { Checkbox, Loader } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { useDryRun } from '../form/useDryRun';
import { PATIENCE } from '../list/Actions';
import { BulkDialog } from '../list/BulkDialog';
import { type DialogProps, nameLabel, number, text } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';
import { DoneIcon } from '../ui/icons';
import { useTell } from '../ui/tell';
import css from './MaintenanceDialog.module.css';
import { freeOf, type Place, usePlaces } from './places';
import { Reasons } from './Reasons';

export default function MaintenanceDialog(props: DialogProps) {
	const { target } = props;
	if (target.is !== 'rows' || target.rows.length !== 1) return <BulkDialog {...props} />;
	const [host] = target.rows;
	return host === undefined ? null : <OfHost {...props} host={host} />;
}

const VMS = ['name_label', 'memory.size', 'blockedOperations'];
const HOSTS = ['name_label', 'memory.size', 'memory.usage'];

function OfHost({ noun, action, host, onClose }: DialogProps & { host: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const [forced, setForced] = useState<ReadonlySet<string>>(new Set());
	const { vms, hosts } = useAround(host);
	const places = usePlaces(vms, hosts);
	const force = [...forced].filter((id) => vms.some((vm) => vm.id === id));
	const params = { id: host.id, maintenance: true, ...(force.length > 0 && { vmsToForceMigrate: force }) };
	const would = useDryRun('host.setMaintenanceMode', params);
	const name = noun.name(host);
	const needed = vms.reduce((sum, vm) => sum + (number(vm, 'memory.size') ?? 0), 0);
	const free = hosts.reduce((sum, other) => sum + freeOf(other), 0);
	const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={() => {
				void tell(words, () => connection.call('host.setMaintenanceMode', params, PATIENCE));
				return undefined;
			}}
			ready={would.is === 'would'}
			size="lg"
			title={t('action.ask', { action: t(action.label), name })}
		>
			<p>{t('hostPage.maintenanceWhat')}</p>
			{vms.length > 0 && (
				<p>{t('hostPage.room', { needed: formatBytes(needed), free: formatBytes(free), count: hosts.length })}</p>
			)}
			{vms.length === 0 ? (
				<p className={css.dim}>{t('hostPage.noVms')}</p>
			) : (
				<div className={css.scroll}>
					<table className={css.vms}>
						<caption>{t('hostPage.wouldMove')}</caption>
						<thead>
							<tr>
								<th scope="col">{t('vm.one')}</th>
								<th scope="col">{t('column.ram')}</th>
								<th scope="col">{t('hostPage.couldGo')}</th>
							</tr>
						</thead>
						<tbody>
							{vms.map((vm) => (
								<VmLine
									forced={forced.has(vm.id)}
									key={vm.id}
									onForce={(is) => {
										const next = new Set(forced);
										if (is) next.add(vm.id);
										else next.delete(vm.id);
										setForced(next);
									}}
									place={places?.get(vm.id)}
									vm={vm}
									waits={places === undefined}
								/>
							))}
						</tbody>
					</table>
				</div>
			)}
			<div aria-live="polite">
				{would.is === 'asking' && (
					<p className={css.line}>
						<Loader size="xs" /> {t('rolling.checking')}
					</p>
				)}
				{would.is === 'would' && (
					<p className={css.well}>
						<DoneIcon size={17} /> {t('hostPage.canEmpty')}
					</p>
				)}
				{would.is === 'refused' && <Reasons error={would.error} />}
			</div>
		</FormDialog>
	);
}

/** The VMs that run on a host, and the hosts of its pool that could take them. */
function useAround(host: Row): { vms: readonly Row[]; hosts: readonly Row[] } {
	const pool = text(host, '$pool');
	const { rows: vms } = useView(
		useMemo(() => {
			const filter = `$container:${host.id} power_state:|(Running Paused)`;
			return { type: 'VM', filter, sort: ['-memory.size'], columns: VMS, limit: 500 };
		}, [host.id]),
	);
	const { rows: hosts } = useView(
		useMemo(() => {
			const filter = `$pool:${pool} !id:${host.id} enabled? power_state:Running`;
			return { type: 'host', filter, columns: HOSTS, limit: 100 };
		}, [pool, host.id]),
	);
	return { vms, hosts };
}

interface VmLineProps {
	vm: Row;
	place: Place | undefined;
	waits: boolean;
	forced: boolean;
	onForce: (is: boolean) => void;
}

function VmLine({ vm, place, waits, forced, onForce }: VmLineProps) {
	const { t } = useTranslation();
	const blocked = Object(vm.blockedOperations);
	const isBlocked = 'pool_migrate' in blocked || 'migrate_send' in blocked;
	return (
		<tr>
			<th scope="row">{nameLabel(vm)}</th>
			<td>{formatBytes(number(vm, 'memory.size') ?? 0)}</td>
			<td>
				{waits && <Loader aria-label={t('rolling.checking')} size={12} />}
				{place?.host !== undefined && nameLabel(place.host)}
				{place?.why !== undefined && <span className={css.why}>{place.why}</span>}
				{isBlocked && (
					<Checkbox
						checked={forced}
						label={t('hostPage.moveAnyway')}
						onChange={(event) => onForce(event.currentTarget.checked)}
						size="xs"
					/>
				)}
			</td>
		</tr>
	);
}
