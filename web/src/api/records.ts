/** Records of the server itself whose schema says no more than "object". */

export interface Group {
	id: string;
	name: string;
	/** Ids of its users. */
	users: string[];
	/** Ids of the newer roles that it has itself. */
	aclRoleIds: string[];
}

/** A role of the newer kind: privileges that users and groups are given. */
export interface AclRole {
	id: string;
	name: string;
	description?: string;
	/** It comes with the server, and can be copied only. */
	isTemplate?: boolean;
	privilegeIds: string[];
	userIds?: string[];
	groupIds?: string[];
}

export interface AclPrivilege {
	id: string;
	roleId: string;
	/** Kind of resource, such as `vm`. */
	resource: string;
	/** `*`, or an action such as `start`. */
	action: string;
	effect: 'allow' | 'deny';
	/** A filter on the resources; all without one. */
	selector?: string;
}
