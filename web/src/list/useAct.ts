/** Does an action to one object, with what a dialog asked for, and tells in a toast how it goes. */
import { useTranslation } from 'react-i18next';
import type { Method, Params, Result } from '../api/methods';
import { useLive } from '../live/hooks';
import type { Row } from '../live/view';
import { useTell } from '../ui/tell';
import { PATIENCE } from './Actions';
import type { Action, Noun } from './noun';

export function useAct({ noun, action }: { noun: Noun; action: Action }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	/** Resolves to the answer, or to nothing where it failed, which was told. */
	return <M extends Method>(row: Row, method: M, params: Params<M>): Promise<{ done: Result<M> } | undefined> => {
		const name = noun.name(row);
		const words = { action: t(action.label), doing: t(action.doing, { name }), done: t(action.done, { name }), name };
		return tell(words, () => connection.call(method, params, PATIENCE));
	};
}
