/** The storage that a host reaches or should reach, and connecting it. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { nameLabel, number, text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useLive, useView } from '../live/hooks';
import { idFilter } from '../live/names';
import type { Row } from '../live/view';
import patches from '../patch/Patches.module.css';
import { useConfirm } from '../ui/Confirm';
import { Meter } from '../ui/Meter';
import { Panel } from '../ui/Panel';
import { useTell } from '../ui/tell';
import css from './HostStorage.module.css';

const PLUGS = ['SR', 'attached', 'device_config'];
const SRS = ['name_label', 'SR_type', 'shared', 'size', 'physical_usage', 'content_type'];
const MOST = 300;

export default function HostStorage({ id }: { id: string }) {
	const { t } = useTranslation();
	const { rows: plugs } = useView(
		useMemo(() => ({ type: 'PBD', filter: `host:${id}`, columns: PLUGS, limit: MOST }), [id]),
	);
	const key = plugs
		.map((plug) => text(plug, 'SR'))
		.sort()
		.join();
	const { rows: srs } = useView(
		useMemo(
			() =>
				key === ''
					? undefined
					: { type: 'SR', filter: idFilter(key.split(',')), sort: ['name_label'], columns: SRS, limit: MOST },
			[key],
		),
	);
	return (
		<main className={patches.page}>
			<Panel title={t('sr.title')}>
				<table className={css.plugs}>
					<caption>{t('sr.title')}</caption>
					<thead>
						<tr>
							<th scope="col">{t('column.name')}</th>
							<th scope="col">{t('hostPage.kind')}</th>
							<th scope="col">{t('hostPage.used')}</th>
							<th scope="col">{t('hostPage.connection')}</th>
						</tr>
					</thead>
					<tbody>
						{srs.map((sr) => {
							const plug = plugs.find((candidate) => text(candidate, 'SR') === sr.id);
							return plug !== undefined && <PlugLine key={plug.id} plug={plug} sr={sr} />;
						})}
					</tbody>
				</table>
			</Panel>
		</main>
	);
}

function PlugLine({ plug, sr }: { plug: Row; sr: Row }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const isHeld = useHeld() !== undefined;
	const name = nameLabel(sr);
	const isAttached = plug.attached === true;
	const act = async (verb: 'connect' | 'disconnect' | 'delete') => {
		const action = t(`hostPage.plug.${verb}`);
		if (verb !== 'connect') {
			const body = <p>{t(`hostPage.plug.${verb}What`)}</p>;
			const destroys = verb === 'delete';
			if (!(await confirm({ title: t('action.ask', { action, name }), body, action, destroys }))) return;
		}
		const words = { action, doing: `${action}: ${name}`, done: `${action}: ${name}`, name };
		await tell(words, () => connection.call(`pbd.${verb}`, { id: plug.id }));
	};
	return (
		<tr>
			<th scope="row">
				<Link params={{ list: 'srs', id: sr.id }} search={{}} to="/$list/$id">
					{name}
				</Link>
			</th>
			<td>
				{text(sr, 'SR_type')}
				{sr.shared === true && `, ${t('sr.shared')}`}
			</td>
			<td>
				<Meter size={number(sr, 'size') ?? 0} usage={number(sr, 'physical_usage') ?? 0} />
			</td>
			<td>
				<span className={patches.buttons} style={{ justifyContent: 'flex-start' }}>
					<span className={isAttached ? undefined : css.off}>
						{t(isAttached ? 'hostPage.plug.is' : 'hostPage.plug.isNot')}
					</span>
					<Button
						aria-label={`${t(isAttached ? 'hostPage.plug.disconnect' : 'hostPage.plug.connect')}: ${name}`}
						disabled={isHeld}
						onClick={() => void act(isAttached ? 'disconnect' : 'connect')}
						size="compact-xs"
						variant="default"
					>
						{t(isAttached ? 'hostPage.plug.disconnect' : 'hostPage.plug.connect')}
					</Button>
					{!isAttached && (
						<Button
							aria-label={`${t('hostPage.plug.delete')}: ${name}`}
							disabled={isHeld}
							onClick={() => void act('delete')}
							size="compact-xs"
							variant="default"
						>
							{t('hostPage.plug.delete')}
						</Button>
					)}
				</span>
			</td>
		</tr>
	);
}
