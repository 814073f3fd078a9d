use super::*;

#[test]
fn every_type_names_a_known_class_or_enum() {
    fn check(ty: &Type, of: &str) {
        match ty {
            Type::Enum(name) => assert!(enumeration(name).is_some(), "{of}: no enum `{name}`"),
            Type::Ref(name) => assert!(class(name).is_some(), "{of}: no class `{name}`"),
            Type::Record(name) => assert!(name.is_empty() || class(name).is_some(), "{of}: no class `{name}`"),
            Type::Set(item) | Type::Option(item) => check(item, of),
            Type::Map(key, value) => {
                check(key, of);
                check(value, of);
            }
            _ => {}
        }
    }
    for class in classes() {
        for field in &class.fields {
            check(&field.ty, field.name);
        }
        for method in &class.methods {
            method.params.iter().for_each(|param| check(&param.ty, method.name));
            check(&method.result, method.name);
        }
    }
}

#[test]
fn the_table_has_what_the_data_model_has() {
    assert_eq!(classes().len(), 72);
    assert_eq!(classes().iter().map(|class| class.fields.len()).sum::<usize>(), 922);
    assert_eq!(errors().len(), 605);
    let start = class("VM").unwrap().method("start").unwrap();
    assert_eq!(start.mode, Mode::Async);
    assert_eq!(start.params.iter().map(|p| p.name).collect::<Vec<_>>(), ["vm", "start_paused", "force"]);
    assert_eq!(class("VM").unwrap().field("tags").unwrap().ty, Type::Set(Box::new(Type::String)));
}
