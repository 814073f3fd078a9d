//! XAPI classes, refs, enums and error codes, and their wire forms.
