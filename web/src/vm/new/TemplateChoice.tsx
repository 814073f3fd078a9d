/** The templates of a pool, to press one: those that people made first, then those that came with the hosts. */
import { TextInput } from '@mantine/core';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nameLabel, number, text } from '../../list/noun';
import { useView } from '../../live/hooks';
import { within } from '../../live/listing';
import type { Row } from '../../live/view';
import { formatBytes } from '../../ui/format';
import { SearchIcon, TemplateIcon } from '../../ui/icons';
import { Waiting } from '../../ui/Waiting';
import css from './NewVm.module.css';

const COLUMNS = ['name_label', 'name_description', 'isDefaultTemplate', 'CPUs.number', 'memory.size'];
/** Templates that are shown; letters narrow them. */
const SHOWN = 120;

export function TemplateChoice({ pool, onChoose }: { pool: string; onChoose: (id: string) => void }) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState('');
	const words = useDeferredValue(typed).trim();
	const wish = useMemo(() => {
		const terms = words
			.split(/\s+/)
			.filter(Boolean)
			.map((word) => `"${word.replace(/[\\"]/g, '\\$&')}"`);
		return {
			type: 'VM-template',
			filter: [within('', '$pool', pool), ...terms.map((term) => `|(name_label:${term} tags:${term})`)].join(' '),
			sort: ['isDefaultTemplate', 'name_label'],
			columns: COLUMNS,
			limit: SHOWN,
		};
	}, [pool, words]);
	const { rows, view } = useView(wish);
	const own = rows.filter((row) => row.isDefaultTemplate !== true);
	const others = rows.filter((row) => row.isDefaultTemplate === true);
	return (
		<>
			<TextInput
				autoComplete="off"
				className={css.search}
				data-autofocus
				label={t('newVm.template')}
				leftSection={<SearchIcon size={15} />}
				onChange={(event) => setTyped(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === 'Enter' && rows[0] !== undefined && words !== '') onChoose(rows[0].id);
				}}
				placeholder={t('newVm.findTemplate')}
				autoFocus
				value={typed}
			/>
			{rows.length === 0 && !view.isSettled && <Waiting />}
			{rows.length === 0 && view.isSettled && (
				<p className={css.dim}>{t(words === '' ? 'newVm.noTemplateAtAll' : 'newVm.noTemplate')}</p>
			)}
			<Group onChoose={onChoose} rows={own} title={t('newVm.ownTemplates')} />
			<Group onChoose={onChoose} rows={others} title={t('newVm.defaultTemplates')} />
		</>
	);
}

function Group({ title, rows, onChoose }: { title: string; rows: readonly Row[]; onChoose: (id: string) => void }) {
	if (rows.length === 0) return null;
	return (
		<section aria-label={title} className={css.group}>
			<h2>{title}</h2>
			<ul className={css.templates}>
				{rows.map((row) => (
					<li key={row.id}>
						<button className={css.template} onClick={() => onChoose(row.id)} type="button">
							<TemplateIcon size={18} />
							<span className={css.what}>
								<span>{nameLabel(row)}</span>
								<small>
									{row.isDefaultTemplate === true ? sizes(row) : text(row, 'name_description') || sizes(row)}
								</small>
							</span>
						</button>
					</li>
				))}
			</ul>
		</section>
	);
}

function sizes(row: Row): string {
	return `${number(row, 'CPUs.number') ?? 1} vCPU · ${formatBytes(number(row, 'memory.size') ?? 0)}`;
}
