/** A LUN of an iSCSI target: address, target, LUN, and what is on it, each asked after the one before. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../ui/format';
import { SearchIcon } from '../../ui/icons';
import { Existing } from './Existing';
import { Found } from './Found';
import css from './Found.module.css';
import { Field, type KindProps } from './fields';
import { iscsi } from './plan';
import { useProbe } from './useProbe';

export function Iscsi({ host, draft, onChange }: KindProps) {
	const { t } = useTranslation();
	const [asked, setAsked] = useState(false);
	const at = { host, ...iscsi(draft) };
	const targets = useProbe('sr.probeIscsiIqns', asked ? at : undefined);
	const luns = useProbe('sr.probeIscsiLuns', asked && draft.iqn !== '' ? { ...at, targetIqn: draft.iqn } : undefined);
	const existing = useProbe(
		'sr.probeIscsiExists',
		asked && draft.lun !== '' ? { ...at, targetIqn: draft.iqn, scsiId: draft.lun } : undefined,
	);
	const change: typeof onChange = (next) => {
		setAsked(false);
		onChange({ ...next, iqn: '', lun: '', existing: '' });
	};
	return (
		<>
			<div className={css.two}>
				<Field draft={draft} label={t('newSr.target')} name="target" onChange={change} placeholder="10.0.0.5" />
				<Field draft={draft} label={t('newSr.port')} name="port" onChange={change} placeholder="3260" />
				<Field
					draft={draft}
					label={t('newSr.chapUser')}
					name="chapUser"
					onChange={change}
					placeholder={t('form.optional')}
				/>
				<Field draft={draft} label={t('newSr.chapPassword')} name="chapPassword" onChange={change} secret />
			</div>
			<div>
				<Button
					disabled={draft.target === '' || (draft.port !== '' && !/^\d+$/.test(draft.port))}
					leftSection={<SearchIcon size={15} />}
					onClick={() => setAsked(true)}
					variant="default"
				>
					{t('newSr.findTargets')}
				</Button>
			</div>
			<Found
				choices={(found) => found.map(({ iqn, ip }) => ({ value: iqn, label: iqn, hint: ip }))}
				label={t('newSr.targets')}
				none={t('newSr.noTargets')}
				onChange={(iqn) => onChange({ iqn, lun: '', existing: '' })}
				query={targets}
				value={draft.iqn}
			/>
			<Found
				choices={(found) =>
					found.map(({ id, scsiId, vendor, serial, size }) => ({
						value: scsiId,
						label: t('newSr.lun', { id }),
						help: [vendor, serial, scsiId].filter(Boolean).join(' · '),
						hint: size ? formatBytes(Number(size)) : undefined,
					}))
				}
				label={t('newSr.luns')}
				none={t('newSr.noLuns')}
				onChange={(lun) => onChange({ lun, existing: '' })}
				query={luns}
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
