/** The quick view of one object beside the list. */
import { CloseButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Held } from '../live/Held';
import { useView } from '../live/hooks';
import type { Row } from '../live/view';
import { Copy } from '../ui/Copy';
import { OpenIcon } from '../ui/icons';
import { ActionButtons } from './ActionButtons';
import css from './Drawer.module.css';
import { type Action, type Noun, text } from './noun';
import { useRecentObject } from './recent';
import { actionsOf } from './registry';
import { rowsTarget, type Target } from './target';

interface DrawerProps {
	noun: Noun;
	id: string;
	/** The row of the list, shown until the server has answered. */
	known: Row | undefined;
	onClose: () => void;
	run: (action: Action, target: Target) => void;
	blocked: string | undefined;
}

export function Drawer({ noun, id, known, onClose, run, blocked }: DrawerProps) {
	const { t } = useTranslation();
	const wish = useMemo(
		() => ({
			type: noun.type,
			filter: `id:${id}`,
			columns: [...new Set([...noun.needs, ...noun.columns.flatMap(({ needs }) => needs)])],
			limit: 1,
		}),
		[noun, id],
	);
	const { rows, view } = useView(wish);
	const row = rows.find((candidate) => candidate.id === id) ?? (view.isSettled ? undefined : known);
	useRecentObject(row?.id);
	const gone = row === undefined && view.isSettled;
	const name = row === undefined ? '' : noun.name(row);
	return (
		<aside aria-label={row === undefined ? t(noun.one) : t('drawer.of', { name })} className={css.drawer}>
			<header className={css.header}>
				<div className={css.title}>
					<h2>{gone ? t('drawer.gone') : name}</h2>
					<span className={css.tools}>
						{row !== undefined && (
							<Link
								aria-label={t('drawer.page', { name })}
								className={css.open}
								params={{ list: noun.id, id }}
								search={{}}
								title={t('drawer.page', { name })}
								to="/$list/$id"
							>
								<OpenIcon size={17} />
							</Link>
						)}
						<CloseButton aria-label={t('drawer.close')} onClick={onClose} />
					</span>
				</div>
				<p className={css.kind}>
					{t(noun.one)}
					{row !== undefined && <State noun={noun} row={row} />}
				</p>
			</header>
			{gone && <p className={css.gone}>{t('drawer.why')}</p>}
			{row !== undefined && (
				<div className={css.body}>
					{actionsOf(noun).length > 0 && (
						<ActionButtons blocked={blocked} noun={noun} run={run} target={rowsTarget([row])} />
					)}
					{text(row, 'name_description') !== '' && <p className={css.description}>{text(row, 'name_description')}</p>}
					<Summary noun={noun} row={row} />
				</div>
			)}
		</aside>
	);
}

/** The state of an object, for nouns that have one. */
export function State({ noun, row }: { noun: Noun; row: Row }) {
	const column = noun.columns.find(({ id }) => id === 'state');
	return column !== undefined && <span className={css.state}>{column.cell(row)}</span>;
}

/** What is to know of one object at a glance. */
export function Summary({ noun, row }: { noun: Noun; row: Row }) {
	if (noun.Details === undefined) return <Columns noun={noun} row={row} />;
	return (
		<Held id={row.id} method={noun.set}>
			<Suspense>
				<noun.Details id={row.id} />
			</Suspense>
		</Held>
	);
}

/** What the columns say, one below the other. */
function Columns({ noun, row }: { noun: Noun; row: Row }) {
	const { t } = useTranslation();
	return (
		<dl className={css.facts}>
			{noun.columns
				.filter(({ always }) => always !== true)
				.map(({ id, label, cell }) => (
					<div key={id}>
						<dt>{t(label)}</dt>
						<dd>{cell(row)}</dd>
					</div>
				))}
			<Fact label="UUID">
				<span className={css.copyable}>
					<code>{row.id}</code> <Copy label={t('copy', { text: 'UUID' })} text={row.id} />
				</span>
			</Fact>
		</dl>
	);
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
	return (
		<section>
			<h2 className={css.heading}>{title}</h2>
			<dl className={css.facts}>{children}</dl>
		</section>
	);
}

export function Fact({ label, children }: { label: string; children: ReactNode }) {
	return (
		<div>
			<dt>{label}</dt>
			<dd>{children}</dd>
		</div>
	);
}
