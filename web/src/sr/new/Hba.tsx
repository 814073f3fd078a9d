import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../ui/format';
import { Existing } from './Existing';
import { Found } from './Found';
import type { KindProps } from './fields';
import { useProbe } from './useProbe';

/** A LUN that hosts reach by a bus adapter. */
export function Hba({ host, draft, onChange }: KindProps) {
	const { t } = useTranslation();
	const devices = useProbe('sr.probeHba', { host });
	const existing = useProbe('sr.probeHbaExists', draft.lun === '' ? undefined : { host, scsiId: draft.lun });
	return (
		<>
			<Found
				choices={(found) =>
					found.map(({ id, hba, path, scsiId, vendor, serial, size }) => ({
						value: scsiId,
						label: `${hba} · ${t('newSr.lun', { id })}`,
						help: [vendor, serial, path].filter(Boolean).join(' · '),
						hint: formatBytes(size),
					}))
				}
				label={t('newSr.luns')}
				none={t('newSr.noLuns')}
				onChange={(lun) => onChange({ lun, existing: '' })}
				query={devices}
				value={draft.lun}
			/>
			{draft.lun !== '' && (
				<Existing
					onChange={(uuid) => onChange({ existing: uuid })}
					over={draft.lun}
					query={existing}
					value={draft.existing}
				/>
			)}
		</>
	);
}
