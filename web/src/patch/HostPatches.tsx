/** What a host lacks and has of updates. */
import { Button, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { list, nameLabel, text } from '../list/noun';
import { useConnectionState, useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import { DoneIcon, WarningIcon } from '../ui/icons';
import { Panel } from '../ui/Panel';
import { useInstall } from './install';
import { keyOf, type Patch, useMissing } from './missing';
import css from './Patches.module.css';
import { PatchTable } from './PatchTable';
import { XenServerHint } from './XenServerHint';

const COLUMNS = [
	'name_label',
	'$pool',
	'productBrand',
	'version',
	'build',
	'patches',
	'rebootRequired',
	'supplementalPacks',
];

export default function HostPatches({ id }: { id: string }) {
	const wish = useMemo(() => ({ type: 'host', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const [host] = useView(wish).rows;
	if (host === undefined) return null;
	return (
		<main className={css.page}>
			<Missing host={host} />
			<Installed host={host} />
		</main>
	);
}

function Missing({ host }: { host: Row }) {
	const { t } = useTranslation();
	const isLost = useConnectionState().is === 'lost';
	const { data, error, isFetching, refetch } = useMissing('host', host.id);
	const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
	const install = useInstall();
	// Those of XCP-ng and of XenServer 8 go together.
	const brand = text(host, 'productBrand');
	const isSingle =
		brand !== 'XCP-ng' && data?.some((patch) => patch.guidances !== undefined && patch.uuid !== undefined);
	const choose = (key: string, is: boolean) => {
		const next = new Set(chosen);
		if (is) next.add(key);
		else next.delete(key);
		setChosen(next);
	};
	const some = data?.filter((patch) => chosen.has(keyOf(patch))) ?? [];
	return (
		<Panel
			aside={
				<span className={css.buttons}>
					<Button loading={isFetching} onClick={() => void refetch()} size="compact-sm" variant="default">
						{t('patch.look')}
					</Button>
					{some.length > 0 && (
						<Button
							disabled={isLost}
							onClick={() => void install({ hosts: [host.id], patches: some.map(keyOf) }, nameLabel(host), some.length)}
							size="compact-sm"
						>
							{t('patch.install', { count: some.length })}
						</Button>
					)}
					{data !== undefined && data.length > 0 && some.length === 0 && (
						<Button
							disabled={isLost}
							onClick={() => void install({ hosts: [host.id] }, nameLabel(host), data.length)}
							size="compact-sm"
						>
							{t('patch.install', { count: data.length })}
						</Button>
					)}
				</span>
			}
			title={t('patch.missing')}
		>
			{host.rebootRequired === true && (
				<p className={css.warn} role="status">
					<WarningIcon size={17} /> {t('patch.rebootRequired')}
				</p>
			)}
			<State error={error} patches={data} />
			{data !== undefined && data.length > 0 && (
				<>
					<p className={css.hint}>
						{t('patch.ofPool')}{' '}
						<Link
							params={{ list: 'pools', id: text(host, '$pool'), section: 'patches' }}
							search={{}}
							to="/$list/$id/$section"
						>
							{t('patch.toPool')}
						</Link>
					</p>
					<PatchTable
						chosen={chosen}
						label={t('patch.missing')}
						onChoose={isSingle === true ? choose : undefined}
						patches={data}
					/>
				</>
			)}
			<XenServerHint brand={brand} />
		</Panel>
	);
}

/** That it is being looked, that it failed, or that nothing is missing. */
export function State({ patches, error }: { patches: readonly Patch[] | undefined; error: Error | null }) {
	const { t } = useTranslation();
	if (error !== null) {
		return (
			<p className={css.failed} role="alert">
				{errorText(error)}
			</p>
		);
	}
	if (patches === undefined) {
		return (
			<p className={css.hint}>
				<Loader size="xs" /> {t('patch.looking')}
			</p>
		);
	}
	if (patches.length > 0) return null;
	return (
		<p className={css.well}>
			<DoneIcon size={17} /> {t('patch.none')}
		</p>
	);
}

const PATCHES = ['name', 'description', 'size', 'guidance', 'time'];

function Installed({ host }: { host: Row }) {
	const { t } = useTranslation();
	const ids = list(host, 'patches');
	const wish = useMemo(
		() =>
			ids.length === 0
				? undefined
				: { type: 'patch', filter: idFilter(ids.slice(0, 380)), sort: ['name'], columns: PATCHES, limit: 380 },
		[ids],
	);
	const { rows } = useView(wish);
	const patches = rows.map((row) => ({
		id: row.id,
		name: text(row, 'name') || row.id,
		description: text(row, 'description'),
		size: typeof row.size === 'number' ? row.size : undefined,
		guidance: list(row, 'guidance').join(', '),
		date: typeof row.time === 'number' ? row.time : undefined,
	}));
	const packs = Array.isArray(host.supplementalPacks) ? host.supplementalPacks : [];
	return (
		<Panel title={t('patch.installedTitle')}>
			<p className={css.hint}>
				{[...new Set([text(host, 'productBrand'), text(host, 'version'), text(host, 'build')])]
					.filter(Boolean)
					.join(' ')}
			</p>
			{patches.length > 0 ? (
				<PatchTable label={t('patch.installedTitle')} patches={patches} />
			) : (
				<p className={css.hint}>{t(ofPackages(host) ? 'patch.packages' : 'patch.notTold')}</p>
			)}
			{packs.length > 0 && (
				<>
					<h3 className={css.heading}>{t('patch.packs')}</h3>
					<PatchTable label={t('patch.packs')} patches={packs.map(packOf)} />
				</>
			)}
		</Panel>
	);
}

/** XenServer before 8 has updates one by one; the rest is made of packages. */
function ofPackages(host: Row): boolean {
	return text(host, 'productBrand') === 'XCP-ng' || Number.parseFloat(text(host, 'version')) > 8.2;
}

function packOf(pack: unknown): Patch {
	const { name, description, author, version } = Object(pack) as Record<string, string | undefined>;
	return { name: name ?? String(pack), description: [description, author].filter(Boolean).join(', '), version };
}
