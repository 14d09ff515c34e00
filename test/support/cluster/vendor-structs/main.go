// Reads the answers of the stand-in for Nomad, and our job specifications, with the open-source structs of the vendor.
// Usage: vendor-structs URL FILE. FILE is a list of job specifications in JSON.
// A field that the structs do not have is an error: the stand-in or the specification invented it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/hashicorp/nomad/api"
)

var failed = false

func report(what string, err error) {
	if err != nil {
		failed = true
		fmt.Printf("FAILED %s: %v\n", what, err)
		return
	}
	fmt.Printf("ok %s\n", what)
}

func strict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

func read(url, path string, into any) {
	response, err := http.Get(url + path)
	if err != nil {
		report(path, err)
		return
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", response.StatusCode, body)
	}
	if err == nil {
		err = strict(body, into)
	}
	report(path, err)
}

func main() {
	url, file := os.Args[1], os.Args[2]
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	var specs []json.RawMessage
	if err := json.Unmarshal(data, &specs); err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	client, err := api.NewClient(&api.Config{Address: url})
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	for at, spec := range specs {
		job := new(api.Job)
		err := strict(spec, job)
		report(fmt.Sprintf("specification %d", at), err)
		if err == nil {
			govern(client, job)
		}
	}
	readAll(url, client)
	if failed {
		os.Exit(1)
	}
}

// govern plans and registers a job as Muster does, and expects the conflict of a second registration.
func govern(client *api.Client, job *api.Job) {
	plan, _, err := client.Jobs().Plan(job, true, nil)
	report("plan of "+*job.ID, err)
	if err != nil {
		return
	}
	_, _, err = client.Jobs().EnforceRegister(job, plan.JobModifyIndex, nil)
	report("registration of "+*job.ID, err)
	_, _, err = client.Jobs().EnforceRegister(job, plan.JobModifyIndex, nil)
	if err == nil || !strings.Contains(err.Error(), api.RegisterEnforceIndexErrPrefix) {
		report("conflict of "+*job.ID, fmt.Errorf("the second registration: %v", err))
	} else {
		report("conflict of "+*job.ID, nil)
	}
	_, _, err = client.Jobs().Deployments(*job.ID, true, nil)
	report("deployments of "+*job.ID, err)
}

func readAll(url string, client *api.Client) {
	read(url, "/v1/jobs", new([]*api.JobListStub))
	read(url, "/v1/services", new([]*api.ServiceRegistrationListStub))
	read(url, "/v1/namespaces", new([]*api.Namespace))
	read(url, "/v1/vars", new([]*api.VariableMetadata))
	read(url, "/v1/agent/members", new(api.ServerMembers))
	// In these lists, Nomad sends fields that the structs do not have.
	_, _, err := client.Nodes().List(nil)
	report("list of nodes", err)
	allocations, _, err := client.Allocations().List(nil)
	report("list of allocations", err)
	for _, each := range allocations {
		read(url, "/v1/allocation/"+each.ID, new(api.Allocation))
		read(url, "/v1/evaluation/"+each.EvalID, new(api.Evaluation))
		read(url, "/v1/node/"+each.NodeID, new(api.Node))
		read(url, "/v1/job/"+each.JobID, new(api.Job))
		// The same holds for these two answers.
		_, _, _, err := client.Jobs().Versions(each.JobID, false, nil)
		report("versions of "+each.JobID, err)
		_, _, err = client.Jobs().Deployments(each.JobID, true, nil)
		report("deployments of "+each.JobID, err)
	}
}
