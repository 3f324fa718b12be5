//! The register of units over the API.

use super::*;

const UNITS: &str = "单位编码,单位名称,类别,上级单位,地区,会场,免点原因\nmem,应急管理部,upper,,,,\n\
    gl,鼓楼区局,office,mem,350102,350102001-01 350102001-02,\n";

impl Server {
    async fn put_units(&self, query: &str, csv: &str) -> (u16, Value) {
        self.json(send("PUT", &format!("/api/v1/units{query}"), "text/csv", csv.to_owned())).await
    }
}

#[tokio::test]
async fn a_file_is_checked_whole_before_it_replaces_the_register() {
    let server = server();
    let (status, tried) = server.put_units("?dry_run=true", UNITS).await;
    assert_eq!((status, &tried["added"], &tried["revision"]), (200, &2.into(), &0.into()));
    let (_, none) = server.json(get("/api/v1/units")).await;
    assert_eq!((&none["total"], &none["changed_ms"]), (&0.into(), &Value::Null));
    server.put_units("", UNITS).await;
    let (_, wrong) = server.put_units("", "unit,name,kind\na,甲,office\nb,乙,member\n").await;
    assert_eq!((&wrong["errors"][0]["line"], &wrong["revision"]), (&2.into(), &1.into()));
    let (_, list) = server.json(get("/api/v1/units?q=350102001-02")).await;
    assert_eq!((&list["total"], &list["revision"], &list["items"][0]["unit"]), (&1.into(), &1.into(), &"gl".into()));
    for q in ["yingjiguanli", "yjglb", "glqj", "MEM"] {
        assert_eq!(server.json(get(&format!("/api/v1/units?q={q}"))).await.1["total"], Value::from(1), "{q}");
    }
    let (_, upper) = server.json(get("/api/v1/units?kind=upper")).await;
    assert_eq!((&upper["total"], &upper["items"][0]["name"]), (&1.into(), &"应急管理部".into()));
    let (_, one) = server.json(get("/api/v1/units/gl")).await;
    assert_eq!((&one["parent"], &one["exclusion"], &one["below"]), (&"mem".into(), &Value::Null, &0.into()));
    let (_, below) = server.json(get("/api/v1/units?parent=mem")).await;
    assert_eq!(
        (&upper["items"][0]["below"], &below["total"], &below["items"]),
        (&1.into(), &1.into(), &serde_json::json!([one]))
    );
    assert_eq!(server.json(get("/api/v1/units?parent=nobody")).await.0, 404);
}

#[tokio::test]
async fn who_is_expected_is_told_before_anybody_is_called() {
    let server = server();
    server.import(VENUE).await;
    let (_, before) = server.json(get("/api/v1/units/expected")).await;
    assert_eq!((&before["total"], &before["excused"]), (&3.into(), &1.into()), "each room for itself");
    server.put_units("", UNITS).await;
    let (_, after) = server.json(get("/api/v1/units/expected?place=35")).await;
    assert_eq!((&after["total"], &after["excused"]), (&2.into(), &0.into()));
    assert_eq!(after["items"][0]["venues"], serde_json::json!(["350102001-01"]), "one room is under repair");
    assert_eq!((&after["items"][1]["unit"], &after["items"][1]["name"]), (&Value::Null, &"厦门主会场".into()));
    let (_, named) = server.json(get("/api/v1/units/expected?units=gl,mem&limit=1")).await;
    assert_eq!((&named["total"], named["items"].as_array().map(Vec::len)), (&2.into(), Some(1)));
    let (_, rooms) = server.json(get("/api/v1/units/expected?venues=350102001-02")).await;
    assert_eq!(rooms["items"][0]["excused"], "检修");
}

#[tokio::test]
async fn garbage_is_a_problem() {
    let server = server();
    for (path, status) in [
        ("/api/v1/units?kind=army", 400),
        ("/api/v1/units?limit=501", 400),
        ("/api/v1/units/A", 400),
        ("/api/v1/units/nobody", 404),
        ("/api/v1/units/expected?place=x", 400),
        ("/api/v1/units/expected?place=99", 404),
        ("/api/v1/units/expected?place=35&units=a", 400),
        ("/api/v1/units/expected?venues=1", 400),
        ("/api/v1/units/expected?units=,", 400),
    ] {
        server.check_problem(get(path), status).await;
    }
    server.check_problem(send("PUT", "/api/v1/units", "text/plain", UNITS), 415).await;
}

#[tokio::test]
async fn codes_have_their_names_many_at_once_and_what_is_unknown_is_left_out() {
    let server = server();
    server.import(VENUE).await;
    server.put_units("", UNITS).await;
    let (_, list) = server.json(get("/api/v1/names?codes=350102,3502-01,350102001-09,fuzhou&units=gl,xx")).await;
    let names = serde_json::json!({"350102": "鼓楼区", "3502-01": "厦门主会场"});
    assert_eq!((&list["names"], &list["units"]), (&names, &serde_json::json!({"gl": "鼓楼区局"})), "{list}");
    let many = vec!["3501"; 201].join(",");
    server.check_problem(get(&format!("/api/v1/names?codes={many}")), 400).await;
}
