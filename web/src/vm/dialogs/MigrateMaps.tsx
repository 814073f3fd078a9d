/** Where each disk goes, and on which network each interface will be. */
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { Ref } from '../../list/cells';
import { nameLabel, number, text } from '../../list/noun';
import { within } from '../../live/listing';
import type { Row } from '../../live/view';
import { formatBytes } from '../../ui/format';
import { ROOM_COLUMNS, roomOf, storageOfHost } from '../storage';
import css from './dialogs.module.css';
import type { Moves } from './useMoves';

type Map = Readonly<Record<string, string>>;

interface MigrateMapsProps {
	host: Row;
	moves: Moves;
	disks: Map;
	networks: Map;
	onDisks: (disks: Record<string, string>) => void;
	onNetworks: (networks: Record<string, string>) => void;
}

function changed(map: Map, key: string, value: string | undefined): Record<string, string> {
	const { [key]: _, ...others } = map;
	return value === undefined ? others : { ...others, [key]: value };
}

export function MigrateMaps({ host, moves, disks, networks, onDisks, onNetworks }: MigrateMapsProps) {
	const { t } = useTranslation();
	const pool = text(host, '$pool');
	return (
		<div className={css.maps}>
			{moves.disks.length > 0 && (
				<details>
					<summary>{t('migrate.eachDisk')}</summary>
					<div className={css.maps}>
						{moves.disks.map(({ vdi, vm }) => (
							<div className={css.map} key={vdi.id}>
								<span>
									{vm}: {nameLabel(vdi)}
									<small>
										{formatBytes(number(vdi, 'size') ?? 0)}, <Ref id={text(vdi, '$SR')} sort="SR" />
									</small>
								</span>
								<ObjectSelect
									ariaLabel={t('migrate.storageOf', { disk: nameLabel(vdi) })}
									columns={ROOM_COLUMNS}
									filter={storageOfHost(pool, host.id)}
									hint={(row) => t('newVm.free', { size: formatBytes(roomOf(row)) })}
									onChange={(row) => onDisks(changed(disks, vdi.id, row?.id))}
									placeholder={t('migrate.asAbove')}
									type="SR"
									value={disks[vdi.id]}
								/>
							</div>
						))}
					</div>
				</details>
			)}
			{moves.interfaces.length > 0 && (
				<>
					<h3>{t('migrate.networks')}</h3>
					{moves.interfaces.map(({ vif, vm, network }) => (
						<div className={css.map} key={vif.id}>
							<span>
								{vm}: {network}
								<small>{text(vif, 'MAC')}</small>
							</span>
							<ObjectSelect
								ariaLabel={t('migrate.networkOf', { vm, number: text(vif, 'device') })}
								filter={within('', '$pool', pool)}
								onChange={(row) => onNetworks(changed(networks, vif.id, row?.id))}
								placeholder={t('migrate.management')}
								type="network"
								value={networks[vif.id]}
							/>
						</div>
					))}
				</>
			)}
		</div>
	);
}
