/** A share of an NFS server: the server is asked for its shares, and a share for the repositories on it. */
import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchIcon } from '../../ui/icons';
import { Existing } from './Existing';
import { Found } from './Found';
import css from './Found.module.css';
import { Field, type KindProps } from './fields';
import { useProbe } from './useProbe';

const VERSIONS = ['', '3', '4', '4.1'];

export function Nfs({ host, draft, onChange, iso = false }: KindProps & { iso?: boolean }) {
	const { t } = useTranslation();
	const [asked, setAsked] = useState<{ host: string; server: string; nfsVersion?: string }>();
	const shares = useProbe('sr.probeNfs', asked?.server === draft.server ? asked : undefined);
	const version = draft.version === '' ? {} : { nfsVersion: draft.version };
	const isShare = shares.data?.some(({ path }) => path === draft.path) === true;
	const [pathAsked, setPathAsked] = useState('');
	const isAsked = !iso && draft.path !== '' && (isShare || pathAsked === draft.path);
	const existing = useProbe(
		'sr.probeNfsExists',
		isAsked ? { host, server: draft.server, serverPath: draft.path, ...version } : undefined,
	);
	const clears = { path: '', existing: '' };
	return (
		<>
			<div className={css.row}>
				<Field
					clears={clears}
					draft={draft}
					label={t('newSr.server')}
					name="server"
					onChange={onChange}
					placeholder="nas.example.org"
				/>
				<Button
					disabled={draft.server === ''}
					leftSection={<SearchIcon size={15} />}
					onClick={() => setAsked({ host, server: draft.server, ...version })}
					variant="default"
				>
					{t('newSr.findShares')}
				</Button>
			</div>
			<div className={css.two}>
				<NativeSelect
					data={VERSIONS.map((value) => ({ value, label: value === '' ? t('newSr.anyVersion') : value }))}
					label={t('newSr.nfsVersion')}
					onChange={(event) => onChange({ version: event.currentTarget.value })}
					value={draft.version}
				/>
				<Field
					draft={draft}
					label={t('newSr.nfsOptions')}
					name="options"
					onChange={onChange}
					placeholder={t('form.optional')}
				/>
			</div>
			<Found
				choices={(found) => found.map(({ path, acl }) => ({ value: path, label: path, hint: acl }))}
				label={t('newSr.shares')}
				none={t('newSr.noShares')}
				onChange={(path) => onChange({ path, existing: '' })}
				query={shares}
				value={draft.path}
			/>
			<Field
				clears={{ existing: '' }}
				draft={draft}
				help={iso ? t('newSr.pathIsoHelp') : t('newSr.pathHelp')}
				label={t('newSr.path')}
				name="path"
				onChange={onChange}
				placeholder="/export/xen"
			/>
			{!iso && !isAsked && draft.path !== '' && draft.server !== '' && (
				<div>
					<Button
						leftSection={<SearchIcon size={15} />}
						onClick={() => setPathAsked(draft.path)}
						size="compact-sm"
						variant="default"
					>
						{t('newSr.lookAt')}
					</Button>
				</div>
			)}
			{isAsked && (
				<Existing
					onChange={(uuid) => onChange({ existing: uuid })}
					over={undefined}
					query={existing}
					value={draft.existing}
				/>
			)}
		</>
	);
}
