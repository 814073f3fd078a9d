/** Where the capacity of the estate goes: a map of areas, or the same as a table; each part can be looked into. */
import '../form/mantine.css';
import { Button, Loader, SegmentedControl } from '@mantine/core';
import i18next from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink, useOpenPage, usePageSearch } from '../app/PageLink';
import { useNoPool } from '../list/useNoPool';
import { formatBytes, formatNumber, formatPercent } from '../ui/format';
import { Message } from '../ui/Message';
import { useKnown } from './known';
import { MapTable } from './MapTable';
import { TreeMap } from './TreeMap';
import { type Measure, treeOf, wayTo } from './tree';
import type { Node } from './treemap';
import css from './VisualizationPage.module.css';

const MEASURES: readonly Measure[] = ['ram', 'cpu', 'disk'];
const PATH = '/visualization';

export default function VisualizationPage() {
	const { t } = useTranslation();
	const search = usePageSearch();
	const open = useOpenPage();
	const noPool = useNoPool();
	const by = MEASURES.find((measure) => measure === search.by) ?? 'ram';
	const isTable = search.as === 'table';
	const known = useKnown(by);
	const root = useMemo(() => treeOf(by, known, t('capacity.estate')), [by, known, t]);
	const way = (search.in === undefined ? undefined : wayTo(root, search.in)) ?? [root];
	const here = way.at(-1) ?? root;
	const go = (change: Record<string, string | undefined>) =>
		open(PATH, { by, as: search.as, in: search.in, ...change });
	const text = (value: number) => (by === 'cpu' ? formatNumber(Math.round(value)) : formatBytes(value));
	return (
		<main className={css.page}>
			<title>{`${t('capacity.title')} · Xen Orchestra`}</title>
			<header className={css.header}>
				<h1>{t('capacity.title')}</h1>
				<SegmentedControl
					aria-label={t('capacity.by')}
					data={MEASURES.map((value) => ({ value, label: t(`capacity.measures.${value}`) }))}
					onChange={(value) => go({ by: value, in: undefined })}
					size="xs"
					value={by}
				/>
				<SegmentedControl
					aria-label={t('capacity.as')}
					data={[
						{ value: 'map', label: t('capacity.map') },
						{ value: 'table', label: t('capacity.table') },
					]}
					onChange={(value) => go({ as: value === 'table' ? 'table' : undefined })}
					size="xs"
					value={isTable ? 'table' : 'map'}
				/>
			</header>
			<nav aria-label={t('capacity.way')} className={css.way}>
				{way.map((node, at) =>
					at === way.length - 1 ? (
						<span aria-current="page" key={node.id}>
							{node.name}
						</span>
					) : (
						<PageLink key={node.id} search={{ by, as: search.as, in: node.id || undefined }} to={PATH}>
							{node.name}
						</PageLink>
					),
				)}
				{(known.settled || here.value > 0) && <span className={css.sum}>{sumOf(here, text)}</span>}
				{here.kind !== 'estate' && (
					<Button onClick={() => go({ in: way.at(-2)?.id || undefined })} size="compact-xs" variant="default">
						{t('capacity.up')}
					</Button>
				)}
			</nav>
			{known.error !== undefined && (
				<Message title={t('empty.failed')} tone="bad">
					{known.error.message}
				</Message>
			)}
			{!known.settled && root.value === 0 && (
				<p className={css.wait}>
					<Loader size="sm" />
				</p>
			)}
			{known.settled &&
				here.value === 0 &&
				(here.size ?? 0) === 0 &&
				known.error === undefined &&
				(noPool ?? <Message title={t('capacity.nothing')} />)}
			{isTable ? (
				<MapTable node={here} onOpen={(id) => go({ in: id })} text={text} />
			) : (
				<TreeMap
					key={`${by} ${here.id}`}
					node={here}
					onOpen={(id) => go({ in: id })}
					onUp={here.kind === 'estate' ? undefined : () => go({ in: way.at(-2)?.id || undefined })}
					text={text}
				/>
			)}
		</main>
	);
}

function sumOf({ value, size }: Node, text: (value: number) => string): string {
	const { t } = i18next;
	if (size === undefined) return text(value);
	return `${t('usedOf', { used: text(value), size: text(size) })} (${formatPercent(size > 0 ? value / size : 0)})`;
}
