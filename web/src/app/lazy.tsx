/** Parts that are fetched when they are opened, with the texts they show. */
import { type ComponentType, lazy } from 'react';
import { withTexts } from '../i18n';
import type { DialogProps } from '../list/noun';

/** The dialog of an action: `lazyDialog(() => import('./MigrateDialog'))`, of the module's default export. */
export function lazyDialog<Props = DialogProps>(
	load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
	return lazy(() => withTexts(load())) as unknown as ComponentType<Props>;
}

/** A section of the page of an object, likewise. */
export function lazySection(
	load: () => Promise<{ default: ComponentType<{ id: string }> }>,
): ComponentType<{ id: string }> {
	return lazy(() => withTexts(load()));
}
