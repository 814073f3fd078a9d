/** The page of one object: its name, what can be done to it, and its sections. */
import { Link, useParams } from '@tanstack/react-router';
import { Suspense, use, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import type { Params } from '../api/methods';
import { EditableText } from '../form/EditableText';
import { ActionButtons } from '../list/ActionButtons';
import { useRun } from '../list/Actions';
import { useTellCurrent } from '../list/current';
import { State, Summary } from '../list/Drawer';
import { ListPage } from '../list/ListPage';
import { type ListSection, type Noun, type Section, text } from '../list/noun';
import { useRecentObject } from '../list/recent';
import { actionsOf } from '../list/registry';
import { rowsTarget } from '../list/target';
import { Held, HeldNote, useHeld } from '../live/Held';
import { useConnectionState, useLive, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { LINK, Message } from '../ui/Message';
import { FILLED } from '../ui/Plain';
import { toasts } from '../ui/toasts';
import { useCurrentInSight } from '../ui/useCurrentInSight';
import { Waiting } from '../ui/Waiting';
import { Beside } from './Beside';
import { loadNoun } from './loadNoun';
import css from './ObjectPage.module.css';

export function ObjectPage() {
	const { list, id } = useParams({ from: '/$list/$id' });
	const noun = use(loadNoun(list));
	return (
		<Held id={id} key={`${list} ${id}`} method={noun.set}>
			<Page id={id} noun={noun} />
		</Held>
	);
}

function Page({ noun, id }: { noun: Noun; id: string }) {
	const { t } = useTranslation();
	const { section: asked } = useParams({ strict: false });
	const state = useConnectionState();
	const runIt = useRun();
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
	const row = rows.find((candidate) => candidate.id === id);
	useRecentObject(row?.id);
	useTellCurrent(noun, () => row && rowsTarget([row]));
	const sections = noun.sections ?? [];
	const section = sections.find((candidate) => candidate.id === asked);
	const name = row === undefined ? '' : noun.name(row);
	const line = useCurrentInSight<HTMLElement>(row === undefined ? undefined : asked);
	useEffect(() => {
		if (name !== '') document.title = `${name} · Xen Orchestra`;
	}, [name]);
	if (row === undefined) {
		return view.isSettled ? <Gone noun={noun} /> : <Waiting />;
	}
	return (
		<div className={css.page}>
			<header className={css.header}>
				<p className={css.crumb}>
					<Link params={{ list: noun.id }} search={{}} to="/$list">
						{t(noun.title)}
					</Link>
					<State noun={noun} row={row} />
					<Beside id={id} list={noun.id} />
				</p>
				<Names noun={noun} row={row} />
				<HeldNote />
				{actionsOf(noun).length > 0 && (
					<ActionButtons
						blocked={state.is === 'lost' ? t('connection.blocked') : undefined}
						noun={noun}
						run={(action, target) => runIt(noun, action, target)}
						target={rowsTarget([row])}
					/>
				)}
			</header>
			<nav aria-label={t('place.sectionsOf', { name })} className={css.sections} ref={line}>
				<Link
					activeOptions={{ exact: true, includeSearch: false }}
					params={{ list: noun.id, id }}
					search={{}}
					to="/$list/$id"
				>
					{t('object.summary')}
				</Link>
				{sections.map((one) => (
					<Link
						activeOptions={{ includeSearch: false }}
						key={one.id}
						params={{ list: noun.id, id, section: one.id }}
						search={{}}
						to="/$list/$id/$section"
					>
						{t(one.label)}
					</Link>
				))}
			</nav>
			<div className={`${css.content} ${FILLED}`}>
				{section === undefined ? (
					<main className={css.summary}>
						{noun.Tiles !== undefined && (
							<Suspense>
								<noun.Tiles id={id} />
							</Suspense>
						)}
						<Summary noun={noun} row={row} />
					</main>
				) : (
					<Suspense>
						<Shown id={id} key={section.id} section={section} />
					</Suspense>
				)}
			</div>
		</div>
	);
}

function Gone({ noun }: { noun: Noun }) {
	const { t } = useTranslation();
	return (
		<main>
			<Message level={1} title={t('drawer.gone')}>
				<p>{t('drawer.why')}</p>
				<Link className={LINK} params={{ list: noun.id }} search={{}} to="/$list">
					{t(noun.title)}
				</Link>
			</Message>
		</main>
	);
}

/** The name and the description, to change in their place. */
function Names({ noun, row }: { noun: Noun; row: Row }) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const { connection } = useLive();
	const { set } = noun;
	if (set === undefined) return <h1>{noun.name(row)}</h1>;
	const save = (property: 'name_label' | 'name_description') => async (text: string) => {
		try {
			await connection.call(set, { id: row.id, [property]: text } as unknown as Params<typeof set>);
		} catch (error) {
			const title = t('edit.failed', { name: noun.name(row) });
			toasts.show({ color: 'red', title, message: errorText(error), autoClose: false });
		}
	};
	return (
		<>
			<h1>
				<EditableText
					disabled={isHeld}
					label={t('column.name')}
					onSave={save('name_label')}
					required
					value={noun.name(row)}
				/>
			</h1>
			<div className={css.description}>
				<EditableText
					disabled={isHeld}
					label={t('edit.description')}
					onSave={save('name_description')}
					value={text(row, 'name_description')}
				/>
			</div>
		</>
	);
}

function Shown({ section, id }: { section: Section; id: string }) {
	if ('Page' in section) return <section.Page id={id} />;
	return <Part id={id} section={section} />;
}

function Part({ section, id }: { section: ListSection; id: string }) {
	const noun = use(loadNoun(section.list));
	return <ListPage adds={section.adds && noun.adds} noun={noun} of={id} scope={section.scope(id)} />;
}
