/** What the journal tells: who called what, and what changed. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Noun } from '../list/noun';
import { formatDuration } from '../ui/format';
import css from './Activity.module.css';
import { type Entry, valueInWords } from './entries';
import { callInWords, givenIn } from './words';

interface CallWordsProps {
	call: (Entry & { kind: 'call' })['call'];
	noun: Noun;
	users: ReadonlyMap<string, string>;
}

export function CallWords({ call, noun, users }: CallWordsProps) {
	const { t } = useTranslation();
	const given = givenIn(call);
	const why = String(Object(call.error).message ?? '');
	return (
		<>
			<p>
				<strong title={call.method}>{callInWords(call, noun)}</strong>{' '}
				<span className={css.dim}>
					{t('activityOf.by', { user: users.get(call.user) ?? t('activityOf.somebody') })}
					{call.time - call.start >= 1000 && `, ${formatDuration((call.time - call.start) / 1000)}`}
				</span>
			</p>
			{call.outcome === 'failure' && <p className={css.why}>{t('activityOf.refused', { why })}</p>}
			{given.length > 0 && <Pairs pairs={given} />}
		</>
	);
}

export function ChangeWords({ entry }: { entry: Entry & { kind: 'change' } }) {
	const { t } = useTranslation();
	const { operation, type, changes } = entry;
	if (operation !== 'mod') {
		const what = operation === 'add' ? 'appeared' : 'gone';
		return <p>{t(`activityOf.${what}`, { type })}</p>;
	}
	return (
		<Pairs
			pairs={changes.map(([name, from, to]) => ({
				name,
				value: (
					<>
						<del>{valueInWords(from)}</del> → <ins>{valueInWords(to)}</ins>
					</>
				),
			}))}
		/>
	);
}

function Pairs({ pairs }: { pairs: readonly { name: string; word?: string; value: ReactNode }[] }) {
	return (
		<ul className={css.pairs}>
			{pairs.map(({ name, word, value }) => (
				<li key={name}>
					{word === undefined ? <code>{name}</code> : <span className={css.dim}>{word}</span>} {value}
				</li>
			))}
		</ul>
	);
}
