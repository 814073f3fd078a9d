/** The section of an object's page with what happened to it: tasks, alarms, messages, who did what, what changed. */
import { Button, Loader, TextInput } from '@mantine/core';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Noun } from '../list/noun';
import { formatNumber } from '../ui/format';
import css from './Activity.module.css';
import { type EntryKind, KINDS, matches } from './entries';
import { Item } from './Item';
import { type Of, useActivity } from './useActivity';
import { callInWords } from './words';

interface ActivityListProps {
	of: Of;
	id: string;
	/** Whose actions give calls their words. */
	noun: Noun;
}

export function ActivityList({ of, id, noun }: ActivityListProps) {
	const { t } = useTranslation();
	const { entries, users, older, isReading, error } = useActivity(of, id);
	const [hidden, setHidden] = useState<ReadonlySet<EntryKind>>(new Set());
	const [words, setWords] = useState('');
	const wanted = useDeferredValue(words);
	const toggle = (kind: EntryKind) => {
		const next = new Set(hidden);
		if (!next.delete(kind)) next.add(kind);
		setHidden(next);
	};
	const found = entries.filter((entry) => {
		if (wanted.trim() === '') return true;
		const said = entry.kind === 'call' ? `${callInWords(entry.call, noun)} ${users.get(entry.call.user) ?? ''}` : '';
		return matches(entry, wanted.trim(), said);
	});
	const shown = found.filter(({ kind }) => !hidden.has(kind));
	return (
		<main className={css.page}>
			<div className={css.filter}>
				<TextInput
					aria-label={t('activityOf.filter')}
					onChange={(event) => setWords(event.currentTarget.value)}
					placeholder={t('activityOf.filter')}
					size="xs"
					value={words}
				/>
				<fieldset className={css.kinds}>
					<legend>{t('activityOf.kinds')}</legend>
					{KINDS.map((kind) => (
						<button aria-pressed={!hidden.has(kind)} key={kind} onClick={() => toggle(kind)} type="button">
							{t(`activityOf.kind.${kind}`)}{' '}
							<span className={css.number}>{formatNumber(found.filter((entry) => entry.kind === kind).length)}</span>
						</button>
					))}
				</fieldset>
			</div>
			{error !== undefined && (
				<p className={css.failed} role="alert">
					{t('activityOf.failed', { why: errorText(error) })}
				</p>
			)}
			{shown.length === 0 && !isReading && (
				<p className={css.none}>{t(entries.length === 0 ? 'activityOf.nothing' : 'activityOf.noneFound')}</p>
			)}
			<ol aria-label={t('object.activity')} className={css.list}>
				{shown.map((entry) => (
					<Item entry={entry} key={entry.key} noun={noun} users={users} />
				))}
			</ol>
			{isReading && entries.length === 0 && (
				<p className={css.none} role="status">
					<Loader size="xs" /> {t('form.looking')}
				</p>
			)}
			{older !== undefined && (
				<Button className={css.older} loading={isReading} onClick={older} size="compact-sm" variant="default">
					{t('activityOf.older')}
				</Button>
			)}
		</main>
	);
}
