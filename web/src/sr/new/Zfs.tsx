import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../ui/format';
import { Found } from './Found';
import { Field, type KindProps } from './fields';
import { useProbe } from './useProbe';

/** A ZFS pool of the host. */
export function Zfs({ host, draft, onChange }: KindProps) {
	const { t } = useTranslation();
	const pools = useProbe('sr.probeZfs', { host });
	return (
		<>
			<Found
				choices={(found) =>
					Object.entries(found as Record<string, Record<string, string>>).map(([name, properties]) => ({
						value: properties.mountpoint ?? '',
						label: name,
						help: properties.mountpoint,
						hint: t('disk.free', { size: formatBytes(Number(properties.available ?? 0)) }),
					}))
				}
				label={t('newSr.zfsPools')}
				none={t('newSr.noZfs')}
				onChange={(location) => onChange({ location })}
				query={pools}
				value={draft.location}
			/>
			<Field draft={draft} label={t('newSr.location')} name="location" onChange={onChange} placeholder="/tank" />
		</>
	);
}
