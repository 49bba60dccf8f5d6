# Tables: official images
package plimline.lib

# Docker Hub's official library (docker-library/official-images, library/), deprecated ones too, as of 2026-11.
official_images := {
	"adminer", "aerospike", "almalinux", "alpine", "alt", "amazoncorretto", "amazonlinux", "api-firewall", "arangodb",
	"archlinux", "backdrop", "bash", "bonita", "buildpack-deps", "busybox", "caddy", "cassandra", "celery", "centos",
	"chronograf", "cirros", "clearlinux", "clefos", "clickhouse", "clojure", "composer", "consul", "convertigo", "couchbase",
	"couchdb", "crate", "crux", "dart", "debian", "docker", "docker-dev", "drupal", "eclipse-mosquitto", "eclipse-temurin",
	"eggdrop", "elasticsearch", "elixir", "emqx", "erlang", "euleros", "express-gateway", "fedora", "flink", "fluentd",
	"friendica", "fsharp", "gazebo", "gcc", "geonetwork", "ghost", "glassfish", "golang", "gradle", "groovy", "haproxy",
	"haskell", "haxe", "hello-seattle", "hello-world", "hipache", "hitch", "hola-mundo", "httpd", "hylang", "ibm-semeru-runtimes",
	"ibmjava", "influxdb", "iojs", "irssi", "jenkins", "jetty", "jobber", "joomla", "jruby", "julia", "kaazing-gateway",
	"kapacitor", "kibana", "known", "kong", "krakend", "lightstreamer", "liquibase", "logstash", "mageia", "mariadb",
	"matomo", "maven", "mediawiki", "memcached", "mongo", "mongo-express", "monica", "mono", "mysql", "nats", "nats-streaming",
	"neo4j", "neurodebian", "nextcloud", "nginx", "node", "notary", "nuodb", "nuxeo", "odoo", "open-liberty", "openjdk",
	"opensuse", "oraclelinux", "orientdb", "owncloud", "percona", "perl", "photon", "php", "php-zendserver", "phpmyadmin", "piwik",
	"plone", "postfixadmin", "postgres", "pypy", "python", "r-base", "rabbitmq", "rails", "rakudo-star", "rapidoid", "redis",
	"redmine", "registry", "rethinkdb", "rockylinux", "rocket.chat", "ros", "ruby", "rust", "sapmachine", "satosa", "scratch",
	"sentry", "sl", "silverpeas", "solr", "sonarqube", "sourcemage", "spark", "spiped", "storm", "swarm", "swift", "swipl",
	"teamspeak", "telegraf", "thrift", "tomcat", "tomee", "traefik", "ubuntu", "ubuntu-debootstrap", "ubuntu-upstart", "unit",
	"valkey", "varnish", "vault", "websphere-liberty", "wordpress", "xwiki", "yourls", "znc", "zookeeper",
}
