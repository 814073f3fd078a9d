/** Which pools lack updates, and the way to install them. */
import { Button, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { nameLabel } from '../list/noun';
import type { Row } from '../live/view';
import { useMissing } from '../patch/missing';
import { doneOf, useRolling } from '../pool/rolling/useRolling';
import { DoneIcon, WarningIcon } from '../ui/icons';
import { Panel } from '../ui/Panel';
import css from './MissingPatches.module.css';

/** Pools that are asked at once; each asks its hosts. */
const ASKED = 6;

export function MissingPatches({ pools }: { pools: readonly Row[] }) {
	const { t } = useTranslation();
	const [asked, setAsked] = useState(ASKED);
	return (
		<Panel title={t('overview.patches')}>
			<ul>
				{pools.slice(0, asked).map((pool) => (
					<OfPool key={pool.id} pool={pool} />
				))}
			</ul>
			{pools.length > asked && (
				<Button onClick={() => setAsked(asked + 20)} size="compact-sm" variant="subtle">
					{t('overview.askPools', { count: pools.length - asked })}
				</Button>
			)}
		</Panel>
	);
}

function OfPool({ pool }: { pool: Row }) {
	const { t } = useTranslation();
	const { data, error } = useMissing('pool', pool.id);
	const name = nameLabel(pool);
	const { running, kept } = useRolling(pool.id);
	const plan = running?.properties.plan;
	return (
		<li className={css.pool}>
			<Link params={{ list: 'pools', id: pool.id, section: 'patches' }} search={{}} to="/$list/$id/$section">
				{name}
			</Link>
			{plan !== undefined && (
				<span className={css.state} role="status">
					<Loader size="xs" /> {t('overview.rolls', { done: doneOf(plan), all: plan.length })}
				</span>
			)}
			{kept !== null && !kept.running && (
				<span className={css.state} data-tone="bad">
					<WarningIcon size={16} /> {t('overview.interrupted')}
				</span>
			)}
			{data === undefined && error === null && (
				<span className={css.state}>
					<Loader size="xs" /> {t('overview.looking')}
				</span>
			)}
			{error !== null && (
				<span className={css.state} data-tone="bad">
					{errorText(error)}
				</span>
			)}
			{data?.length === 0 && (
				<span className={css.state} data-tone="good">
					<DoneIcon size={16} /> {t('overview.upToDate')}
				</span>
			)}
			{data !== undefined && data.length > 0 && (
				<>
					<span className={css.state} data-tone="warn">
						<WarningIcon size={16} /> {t('overview.lacks', { count: data.length })}
					</span>
					<Button
						aria-label={t('overview.updateOf', { name })}
						renderRoot={(props) => (
							<Link
								params={{ list: 'pools', id: pool.id, section: 'patches' }}
								search={{}}
								to="/$list/$id/$section"
								{...props}
							/>
						)}
						size="compact-sm"
						variant="default"
					>
						{t('overview.update')}
					</Button>
				</>
			)}
		</li>
	);
}
