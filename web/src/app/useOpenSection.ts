import { useNavigate } from '@tanstack/react-router';
import type { NounId } from '../list/noun';

/** Opens a section of the page of an object. */
export function useOpenSection(): (list: NounId, id: string, section: string) => void {
	const navigate = useNavigate();
	return (list, id, section) => void navigate({ to: '/$list/$id/$section', params: { list, id, section }, search: {} });
}
