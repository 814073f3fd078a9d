/** Moves VMs to another host, of their pool or another: what goes where, and what the pools say of it, before it is done. */
import { SegmentedControl, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { BulkDialog } from '../../list/BulkDialog';
import { type DialogProps, number, text } from '../../list/noun';
import { within } from '../../live/listing';
import type { Row } from '../../live/view';
import { usePoolNames } from '../../pool/usePoolNames';
import { formatBytes } from '../../ui/format';
import { ROOM_COLUMNS, roomOf, STORAGE, storageOfHost } from '../storage';
import { TAKES_COLUMNS, takes } from '../takes';
import css from './dialogs.module.css';
import { MigrateMaps } from './MigrateMaps';
import { useMoves } from './useMoves';
import { type Warm, WarmFields } from './WarmFields';

const NONE: readonly Row[] = [];
const HOST_COLUMNS = [...TAKES_COLUMNS, 'memory.size', 'memory.usage'];

export default function MigrateDialog(props: DialogProps) {
	const { t } = useTranslation();
	const { action, target } = props;
	const [way, setWay] = useState<'live' | 'warm'>('live');
	const [host, setHost] = useState(props.onto);
	const [sr, setSr] = useState<string>();
	const [disks, setDisks] = useState<Record<string, string>>({});
	const [networks, setNetworks] = useState<Record<string, string>>({});
	const [over, setOver] = useState<string>();
	const [force, setForce] = useState(false);
	const [warm, setWarm] = useState<Warm>({ sr: undefined, start: true, remove: false });
	const pools = usePoolNames();
	const rows = target.is === 'rows' ? target.rows : NONE;
	// Networks are chosen where all go to another pool: those that stay in theirs stay on their networks.
	const leaves = host !== undefined && rows.length > 0 && rows.every((row) => row.$pool !== host.$pool);
	const moves = useMoves(rows, host, leaves);
	const wanted = { ...moves.suggested, ...networks };
	const isWarm = way === 'warm';
	const order = useMemo(
		() => (isWarm ? { ...action, method: 'vm.warmMigration' as const, params: {} } : action),
		[action, isWarm],
	);
	const params = isWarm
		? { sr: warm.sr, startDestinationVm: warm.start, deleteSourceVm: warm.remove }
		: {
				targetHost: host?.id,
				...(sr !== undefined && { sr }),
				...(Object.keys(disks).length > 0 && { mapVdisSrs: disks }),
				...(leaves && Object.keys(wanted).length > 0 && { mapVifsNetworks: wanted }),
				...(over !== undefined && { migrationNetwork: over }),
				...(force && { force }),
			};
	const missing = isWarm
		? warm.sr === undefined
			? t('migrate.chooseStorage')
			: undefined
		: host === undefined
			? t('migrate.chooseHost')
			: undefined;
	return (
		<BulkDialog {...props} action={order} missing={missing} params={params} width="xl">
			<div className={css.fields}>
				<SegmentedControl
					aria-label={t('migrate.way')}
					data={[
						{ value: 'live', label: t('migrate.live') },
						{ value: 'warm', label: t('migrate.warm') },
					]}
					onChange={(value) => setWay(value === 'warm' ? 'warm' : 'live')}
					value={way}
				/>
				{isWarm ? (
					<WarmFields onChange={setWarm} warm={warm} />
				) : (
					<>
						<div className={css.pair}>
							<ObjectSelect
								columns={HOST_COLUMNS}
								hint={(row) =>
									t('migrate.hostHint', { pool: pools(text(row, '$pool')), size: formatBytes(freeOf(row)) })
								}
								label={t('migrate.host')}
								onChange={(row) => {
									setHost(row);
									setSr(undefined);
									setDisks({});
									setNetworks({});
									setOver(undefined);
								}}
								refused={(row) => !takes(row, rows)}
								required
								type="host"
								value={host?.id}
							/>
							<ObjectSelect
								columns={ROOM_COLUMNS}
								description={sr === undefined ? t(leaves ? 'migrate.srDefault' : 'migrate.srStays') : undefined}
								disabled={host === undefined}
								filter={host === undefined ? STORAGE : storageOfHost(text(host, '$pool'), host.id)}
								hint={(row) => t('newVm.free', { size: formatBytes(roomOf(row)) })}
								label={t('migrate.storage')}
								onChange={(row) => setSr(row?.id)}
								placeholder={t(leaves ? 'migrate.poolsDefault' : 'migrate.asNow')}
								type="SR"
								value={sr}
							/>
						</div>
						{host !== undefined && (
							<>
								<MigrateMaps
									disks={disks}
									host={host}
									moves={moves}
									networks={wanted}
									onDisks={setDisks}
									onNetworks={setNetworks}
								/>
								<div className={css.pair}>
									<ObjectSelect
										filter={within('', '$pool', text(host, '$pool'))}
										label={t('migrate.over')}
										onChange={(row) => setOver(row?.id)}
										placeholder={t('migrate.overDefault')}
										type="network"
										value={over}
									/>
									<Switch
										checked={force}
										description={t('migrate.forceHelp')}
										label={t('migrate.force')}
										mt={24}
										onChange={(event) => setForce(event.currentTarget.checked)}
									/>
								</div>
							</>
						)}
					</>
				)}
			</div>
		</BulkDialog>
	);
}

function freeOf(host: Row): number {
	return (number(host, 'memory.size') ?? 0) - (number(host, 'memory.usage') ?? 0);
}
