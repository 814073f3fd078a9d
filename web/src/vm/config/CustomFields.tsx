/** Fields that people of the pool have thought of; XenCenter and others show the same. */
import { useTranslation } from 'react-i18next';
import type { VM, VmTemplate } from '../../api/objects';
import { useLive } from '../../live/hooks';
import { useTell } from '../../ui/tell';
import { Entries } from './Entries';

/** Where the pool keeps them. */
const KEY = 'XenCenter.CustomFields.';

export function CustomFields({ vm }: { vm: VM | VmTemplate }) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const title = t('vmConfig.customFields');
	const name = vm.name_label;
	const words = {
		action: title,
		doing: t('edit.change', { label: title }),
		done: t('form.set', { name, label: title }),
		name,
	};
	const entries = Object.entries(vm.other)
		.filter(([key]) => key.startsWith(KEY))
		.map(([key, value]) => [key.slice(KEY.length), value] as const);
	return (
		<Entries
			entries={entries}
			onRemove={(field) => tell(words, () => connection.call('customField.remove', { id: vm.id, name: field }))}
			onSet={(field, value) => tell(words, () => connection.call('customField.set', { id: vm.id, name: field, value }))}
			title={title}
		/>
	);
}
