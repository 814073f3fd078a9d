/** New rules: whom, on which objects, which role. */
import { Button, MultiSelect, NativeSelect, Pill, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { nameLabel, text } from '../list/noun';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { each } from '../record/run';
import { useSubjects } from '../user/people';
import css from './Acl.module.css';
import { TYPES, typeName } from './objects';
import { RuleRoleChoice } from './RuleRoleChoice';

/** Objects that one filter adds at most: as many as a view shows. */
const MOST = 500;
const TYPE_COLUMN = ['type'];

export function AclDialog({ onClose }: { onClose: () => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const { subjects } = useSubjects();
	const [whom, setWhom] = useState<string[]>([]);
	const [objects, setObjects] = useState<ReadonlyMap<string, string>>(new Map());
	const [role, setRole] = useState('viewer');
	const ofSort = (is: 'user' | 'group') =>
		[...subjects.values()].filter((one) => one.is === is).map(({ id, name }) => ({ value: id, label: name }));
	const add = (rows: readonly Row[]) =>
		setObjects((before) => new Map([...before, ...rows.map((row) => [row.id, nameLabel(row)] as const)]));
	const remove = (id: string) => setObjects((before) => new Map([...before].filter(([other]) => other !== id)));
	const hint = (row: Row) => typeName(text(row, 'type'), (key) => t(key));
	const submit = async () => {
		const rules = whom.flatMap((subject) => [...objects.keys()].map((object) => ({ subject, object, action: role })));
		const [failure] = await each(rules, (rule) => connection.call('acl.add', rule));
		if (failure !== undefined) throw new Error(errorText(failure[1]));
	};
	return (
		<FormDialog
			action={t('acl.add', { count: Math.max(1, whom.length * objects.size) })}
			onClose={onClose}
			onSubmit={submit}
			ready={whom.length > 0 && objects.size > 0}
			size="lg"
			title={t('acl.new')}
		>
			<MultiSelect
				data={[
					{ group: t('place.users'), items: ofSort('user') },
					{ group: t('place.groups'), items: ofSort('group') },
				]}
				data-autofocus
				label={t('acl.subjects')}
				nothingFoundMessage={t('form.nothing')}
				onChange={setWhom}
				searchable
				openOnFocus={false}
				value={whom}
			/>
			<div className={css.field}>
				<ObjectSelect
					columns={TYPE_COLUMN}
					description={t('acl.objectsHelp')}
					hint={hint}
					label={t('acl.objects')}
					onChange={(row) => row !== undefined && add([row])}
					type={TYPES}
					value={undefined}
				/>
				<Matching onFound={add} />
				{objects.size > 0 && (
					<div className={css.chosen}>
						{[...objects].map(([id, name]) => (
							<Pill
								key={id}
								onRemove={() => remove(id)}
								removeButtonProps={{ 'aria-label': t('acl.leaveOut', { name }), 'aria-hidden': false }}
								withRemoveButton
							>
								{name}
							</Pill>
						))}
					</div>
				)}
			</div>
			<RuleRoleChoice onChange={setRole} value={role} />
		</FormDialog>
	);
}

/** Adds all objects of a type that a filter matches now. */
function Matching({ onFound }: { onFound: (rows: readonly Row[]) => void }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [type, setType] = useState('VM');
	const [filter, setFilter] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const find = async () => {
		setBusy(true);
		setError(undefined);
		try {
			const found = await connection.call('view.subscribe', {
				type: [type],
				filter,
				columns: ['name_label'],
				limit: MOST,
			});
			connection.call('view.unsubscribe', { id: found.id }).catch(() => undefined);
			if (found.total === 0) setError(t('empty.noMatch'));
			else if (found.total > MOST) setError(t('acl.tooMany', { count: found.total, most: MOST }));
			else onFound(found.rows as Row[]);
		} catch (failure) {
			setError(errorText(failure));
		} finally {
			setBusy(false);
		}
	};
	return (
		<div className={css.matching}>
			<NativeSelect
				data={TYPES.map((value) => ({ value, label: typeName(value, (key) => t(key)) }))}
				label={t('acl.all')}
				onChange={(event) => setType(event.currentTarget.value)}
				value={type}
			/>
			<TextInput
				aria-label={t('acl.matching')}
				error={error}
				onChange={(event) => setFilter(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key !== 'Enter') return;
					event.preventDefault();
					if (filter.trim() !== '') void find();
				}}
				placeholder="tags:prod"
				value={filter}
			/>
			<Button disabled={filter.trim() === ''} loading={busy} onClick={() => void find()} variant="default">
				{t('acl.addMatching')}
			</Button>
		</div>
	);
}
