/** What an interface has to do with a bond: of what it is one and how the work is shared, or of which it is part. */
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Setting } from '../form/Setting';
import { text } from '../list/noun';
import { useView } from '../live/hooks';
import type { Row } from '../live/view';
import { MODES } from './bond';
import css from './PifBond.module.css';

export function PifBond({ pif }: { pif: Row }) {
	const { t } = useTranslation();
	if (pif.isBondMaster === true) return <Bond pif={pif} />;
	return (
		<Setting label={t('networkPage.bond')}>
			{pif.isBondSlave === true ? (
				<>
					{t('networkPage.bondSlave')} <Pifs filter={`id:${text(pif, 'bondMaster')}`} />
				</>
			) : (
				t('no')
			)}
		</Setting>
	);
}

function Bond({ pif: { id } }: { pif: Row }) {
	const { t } = useTranslation();
	const wish = useMemo(() => ({ type: 'bond', filter: `master:${id}`, columns: ['mode'], limit: 1 }), [id]);
	const [bond] = useView(wish).rows;
	const mode = MODES.find((known) => bond?.mode === known);
	return (
		<>
			<Setting label={t('networkPage.bondOf')}>
				<Pifs filter={`bondMaster:${id}`} />
			</Setting>
			<Setting help={mode} label={t('newNetwork.modeOf')}>
				{mode === undefined ? bond !== undefined && text(bond, 'mode') : t(`newNetwork.mode.${mode}`)}
			</Setting>
		</>
	);
}

function Pifs({ filter }: { filter: string }) {
	const { rows } = useView(
		useMemo(() => ({ type: 'PIF', filter, sort: ['device'], columns: ['device'], limit: 20 }), [filter]),
	);
	return (
		<span className={css.pifs}>
			{rows.map((row) => (
				<Link key={row.id} params={{ list: 'pifs', id: row.id }} search={{}} to="/$list/$id">
					{text(row, 'device')}
				</Link>
			))}
		</span>
	);
}
