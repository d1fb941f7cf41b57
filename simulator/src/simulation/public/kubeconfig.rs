//! Kubeconfigs of clusters that do not exist: well-formed, and plain to see what they are.

use appliance::Secret;

/// "not a certificate: simulated by meltdeck" in Base64 (RFC 4648), where a certificate or a key would be.
const NOTHING: &str = "bm90IGEgY2VydGlmaWNhdGU6IHNpbXVsYXRlZCBieSBtZWx0ZGVjaw==";

/// The administrator's, as meltcloud's provider reads it: one cluster, one user, one context.
pub(super) fn of_admin(cluster: &str) -> Secret {
    Secret::new(format!(
        "{}users:\n- name: \"kubernetes-admin\"\n  user:\n    client-certificate-data: {NOTHING}\n    client-key-data: {NOTHING}\n",
        head(
            cluster,
            "kubernetes-admin",
            &format!("kubernetes-admin@{cluster}")
        )
    ))
}

/// That of users, who would log in with the appliance.
pub(super) fn of_users(cluster: &str) -> Secret {
    let user = format!("{cluster}-user");
    Secret::new(format!(
        "{}users:\n- name: {}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: kubectl\n      args: [oidc-login, get-token, --oidc-issuer-url=https://appliance.invalid]\n      interactiveMode: IfAvailable\n",
        head(cluster, &user, &format!("user@{cluster}")),
        quoted(&user)
    ))
}

/// The domain `invalid` is of nobody (RFC 2606).
fn head(cluster: &str, user: &str, context: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let host: String = cluster
        .chars()
        .map(|letter| if is_plain(&letter) { letter } else { '-' })
        .collect();
    let (cluster, user, context) = (quoted(cluster), quoted(user), quoted(context));
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: {cluster}\n  cluster:\n    server: https://{host}.simulated.invalid:6443\n    certificate-authority-data: {NOTHING}\ncontexts:\n- name: {context}\n  context:\n    cluster: {cluster}\n    user: {user}\ncurrent-context: {context}\n"
    )
}

/// A text as YAML reads it as one, whatever is in it: a scenario may call a cluster `true`, or `a: b`.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_say_that_they_are_simulated() {
        for config in [of_admin("zurich"), of_users("zurich")] {
            let text = config.reveal();
            assert!(text.starts_with("apiVersion: v1\nkind: Config\n"), "{text}");
            assert!(text.contains("server: https://zurich.simulated.invalid:6443"));
            assert_eq!(text.matches("- name: ").count(), 3);
        }
    }

    #[test]
    fn a_name_stays_one_whatever_is_in_it() {
        let text = of_admin("a: \"b\"");
        let text = text.reveal();
        assert!(text.contains("- name: \"a: \\\"b\\\"\"\n"), "{text}");
        assert!(
            text.contains("server: https://a---b-.simulated.invalid:6443\n"),
            "{text}"
        );
    }
}
