/** The quick view of one record beside the list. */
import { CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Fact } from '../list/Drawer';
import css from '../list/Drawer.module.css';
import type { Row } from '../live/view';
import { Copy } from '../ui/Copy';
import { RecordButtons } from './Actions';
import type { RecordNoun } from './noun';
import type { RunRecords } from './run';

interface RecordDrawerProps {
	noun: RecordNoun;
	/** Nothing where it is gone. */
	row: Row | undefined;
	onClose: () => void;
	run: RunRecords;
}

export function RecordDrawer({ noun, row, onClose, run }: RecordDrawerProps) {
	const { t } = useTranslation();
	const name = row === undefined ? '' : noun.name(row);
	return (
		<aside aria-label={row === undefined ? t(noun.one) : t('drawer.of', { name })} className={css.drawer}>
			<header className={css.header}>
				<div className={css.title}>
					<h2>{row === undefined ? t('drawer.gone') : name}</h2>
					<CloseButton aria-label={t('drawer.close')} onClick={onClose} />
				</div>
				<p className={css.dim}>{t(noun.one)}</p>
			</header>
			{row !== undefined && (
				<div className={css.body}>
					{noun.actions.length > 0 && <RecordButtons noun={noun} rows={[row]} run={run} />}
					{noun.Details === undefined ? <Columns noun={noun} row={row} /> : <noun.Details row={row} />}
				</div>
			)}
		</aside>
	);
}

/** What the columns say, one below the other. */
export function Columns({ noun, row }: { noun: RecordNoun; row: Row }) {
	const { t } = useTranslation();
	return (
		<dl className={css.facts}>
			{noun.columns
				.filter(({ always }) => always !== true)
				.map(({ id, label, cell }) => (
					<Fact key={id} label={t(label)}>
						{cell(row)}
					</Fact>
				))}
			<Fact label={t('drawer.id')}>
				<span className={css.copyable}>
					<code>{row.id}</code> <Copy label={t('drawer.copyId')} text={row.id} />
				</span>
			</Fact>
		</dl>
	);
}
