/** What nobody does to the VM by mistake: operations that its pool refuses. */
import { useTranslation } from 'react-i18next';
import { Settings, SwitchSetting } from '../../form/Setting';
import type { PartProps } from './VmConfig';

/** XAPI's operations that each protection blocks, as the original has them. */
const BLOCKS = {
	deletion: ['destroy'],
	shutdown: ['clean_reboot', 'clean_shutdown', 'hard_reboot', 'hard_shutdown', 'pause', 'shutdown', 'suspend'],
	migration: ['migrate_send', 'pool_migrate'],
} as const;

export function ProtectionPart({ vm, set }: PartProps) {
	const { t } = useTranslation();
	return (
		<Settings title={t('vmConfig.protection')}>
			{(['deletion', 'shutdown', 'migration'] as const).map((from) => {
				const blocked = BLOCKS[from].filter((operation) => operation in vm.blockedOperations);
				const isProtected = blocked.length > 0;
				return (
					<SwitchSetting
						help={isProtected && blocked.length < BLOCKS[from].length ? t('vmConfig.partly') : undefined}
						key={from}
						label={t(`vmConfig.protects.${from}`)}
						property="blockedOperations"
						set={(label, change) => {
							const on = Object(change).blockedOperations === true;
							const operations = BLOCKS[from].map((operation) => [operation, on ? true : null]);
							return set(label, { blockedOperations: Object.fromEntries(operations) });
						}}
						value={isProtected}
					/>
				);
			})}
		</Settings>
	);
}
