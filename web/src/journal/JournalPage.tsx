/** The journal: who did what, when, and what came of it; and what happened by itself. */
import { Button, NativeSelect, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useObjectRows } from '../acl/objects';
import { errorText } from '../api/errors';
import { useChangeSearch, usePageSearch } from '../app/PageLink';
import { textColumn } from '../list/cells';
import { nameLabel, text } from '../list/noun';
import { useUser } from '../live/hooks';
import { listColumn, momentColumn } from '../record/cells';
import { ForAdmins } from '../record/ForAdmins';
import type { RecordNoun } from '../record/noun';
import { RecordPage } from '../record/RecordPage';
import { RebootIcon } from '../ui/icons';
import { useUsers } from '../user/people';
import { EntryDetails } from './EntryDetails';
import { type Entry, useJournal } from './entries';
import css from './Journal.module.css';

const JOURNAL: RecordNoun = {
	id: 'journal',
	title: 'place.journal',
	one: 'journal.one',
	counted: 'journal.counted',
	placeholder: 'journal.placeholder',
	sort: '-time',
	name: (row) => text(row, 'label'),
	columns: [
		{ ...momentColumn('time', 'journal.time', 'time', { card: 'left' }), always: true },
		textColumn('who', 'journal.who', 'who', { min: 140, card: 'middle' }),
		textColumn('what', 'journal.what', 'what', { grow: 1.5, card: 'title' }),
		listColumn('objects', 'journal.objects', 'objects', { grow: 2, card: 'foot' }),
		textColumn('outcome', 'journal.outcome', 'outcome', { min: 96, grow: 0, card: 'number' }),
		textColumn('why', 'journal.why', 'why', { hidden: true, grow: 2 }),
	],
	facets: [
		{ property: 'sort', label: 'column.type', inline: true },
		{ property: 'outcome', label: 'journal.outcome', inline: true },
		{ property: 'who', label: 'journal.who' },
		{ property: 'what', label: 'journal.what' },
	],
	actions: [],
	Details: EntryDetails,
};

const day = (text: string | undefined, after = 0) => {
	const at = text === undefined ? Number.NaN : new Date(`${text}T00:00`).getTime();
	return Number.isNaN(at) ? undefined : at + after;
};
const DAY = 86_400_000;

/** What is shown: what users called, what pools told, or both. */
const SHOWN = ['calls', 'events', 'all'] as const;

export default function JournalPage() {
	const { t } = useTranslation();
	const isAdmin = useUser()?.permission === 'admin';
	const search = usePageSearch();
	const change = useChangeSearch();
	const { data: users } = useUsers(isAdmin);
	const { user, from, to, object } = search;
	// What one object went through is both; all together, what users did would be lost in what pools tell.
	const shown = SHOWN.find((one) => one === search.shown) ?? (object === undefined ? 'calls' : 'all');
	const wanted = useMemo(() => {
		const [since, until] = [day(from), day(to, DAY)];
		return {
			...(shown === 'all' ? {} : { only: shown }),
			...(user === undefined ? {} : { user }),
			...(object === undefined ? {} : { object }),
			...(since === undefined ? {} : { from: since }),
			...(until === undefined ? {} : { to: until }),
		};
	}, [shown, user, object, from, to]);
	const journal = useJournal(wanted, isAdmin);
	const entries = useMemo(() => journal.data?.pages.flatMap((page) => page.entries), [journal.data]);
	const names = useObjectRows(useMemo(() => (entries ?? []).flatMap(objectsOf), [entries]));
	const rows = useMemo(
		() =>
			entries?.map((entry) => {
				const objects = objectsOf(entry).map((id) => {
					const found = names.get(id);
					return found === undefined ? id : nameLabel(found);
				});
				const isCall = entry.type === 'call';
				const who = isCall
					? (users?.find(({ id }) => id === entry.user)?.email ?? entry.user)
					: String(t('journal.pool'));
				const what = isCall ? entry.method : `${entry.class} ${t(`journal.operation.${operationOf(entry.operation)}`)}`;
				return {
					id: String(entry.id),
					sort: String(t(isCall ? 'journal.call' : 'journal.event')),
					time: entry.time,
					who,
					what,
					objects,
					outcome: isCall ? String(t(entry.outcome === 'success' ? 'journal.success' : 'journal.failure')) : undefined,
					why: isCall ? messageOf(entry.error) : undefined,
					label: `${what} ${objects.join(', ')}`.trim(),
					entry,
				};
			}),
		[entries, names, users, t],
	);
	return (
		<ForAdmins>
			<div className={css.page}>
				<search className={css.wanted}>
					<NativeSelect
						data={SHOWN.map((value) => ({ value, label: t(`journal.only.${value}`) }))}
						label={t('journal.shown')}
						onChange={(event) => change({ shown: event.currentTarget.value })}
						size="xs"
						value={shown}
					/>
					<Select
						clearable
						data={(users ?? []).map(({ id, email }) => ({ value: id, label: email }))}
						label={t('journal.callsOf')}
						onChange={(value) => change({ user: value ?? undefined })}
						placeholder={t('journal.everybody')}
						searchable
						size="xs"
						value={user ?? null}
					/>
					<TextInput
						label={t('journal.from')}
						onChange={(event) => change({ from: event.currentTarget.value || undefined })}
						size="xs"
						type="date"
						value={from ?? ''}
					/>
					<TextInput
						label={t('journal.to')}
						onChange={(event) => change({ to: event.currentTarget.value || undefined })}
						size="xs"
						type="date"
						value={to ?? ''}
					/>
					<Button
						leftSection={<RebootIcon size={14} />}
						loading={journal.isFetching && !journal.isFetchingNextPage}
						onClick={() => void journal.refetch()}
						size="xs"
						variant="default"
					>
						{t('journal.refresh')}
					</Button>
					{journal.hasNextPage && (
						<Button
							loading={journal.isFetchingNextPage}
							onClick={() => void journal.fetchNextPage()}
							size="xs"
							variant="default"
						>
							{t('journal.older')}
						</Button>
					)}
				</search>
				<div className={css.list}>
					<RecordPage
						failed={
							journal.error === null
								? undefined
								: { text: errorText(journal.error), retry: () => void journal.refetch() }
						}
						noun={JOURNAL}
						rows={rows}
					/>
				</div>
			</div>
		</ForAdmins>
	);
}

function objectsOf(entry: Entry): string[] {
	return entry.type === 'call' ? entry.objects : [entry.object];
}

function operationOf(operation: string): 'add' | 'mod' | 'del' | 'init' {
	return operation === 'add' || operation === 'del' || operation === 'init' ? operation : 'mod';
}

function messageOf(error: unknown): string | undefined {
	const { message } = Object(error) as { message?: unknown };
	return typeof message === 'string' ? message : undefined;
}
